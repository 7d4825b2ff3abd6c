import type httpModule from 'node:http';
import { createRequire } from 'node:module';

/** An `import` of node:http reads all its exports, `WebSocket` among them, which loads all of undici: 60 ms that few programs need. */
export const http = createRequire(import.meta.url)('node:http') as typeof httpModule;
