import { buildServer } from './server.js';
import { Depot } from './domain/depot.js';

const server = await buildServer(new Depot());
const address = await server.listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1' });
console.log(`listening on ${new URL(address).port}`);

async function shutDown(): Promise<void> {
  await server.close();
  process.exit(0);
}

process.once('SIGTERM', () => void shutDown());
