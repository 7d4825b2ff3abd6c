import { MemoryStore } from './memoryStore.js';
import { storeContract } from './storeContract.js';

storeContract('memory', (limits) => Promise.resolve(new MemoryStore(limits)));
