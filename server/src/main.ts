import { startLanguageServer } from './startLanguageServer.js';

startLanguageServer();
