import { MemoryStore } from './memoryStore.js';
import { storeContract } from './storeContract.js';
import { surroundingsContract } from './surroundingsContract.js';
import { timeContract } from './timeContract.js';

storeContract('memory', (limits) => Promise.resolve(new MemoryStore(limits)));
surroundingsContract('memory', (limits) => Promise.resolve(new MemoryStore(limits)));
timeContract('memory', (limits) => Promise.resolve(new MemoryStore(limits)));
