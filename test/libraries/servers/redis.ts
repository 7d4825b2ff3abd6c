import { execFileSync } from 'node:child_process';
import { freePort, type LocalServer } from './localServer.js';
import { startProcess } from './startProcess.js';

/** Redis as Debian has it (redis-server); undefined where it is not installed. */
export async function startRedis(): Promise<LocalServer | undefined> {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/'];
  return { port, ...(await startProcess('redis-server', args, /Ready to accept connections/)) };
}
