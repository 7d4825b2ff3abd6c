// node watchdog.mjs FOLDER: ends the demo's processes and removes its folder when the demo itself was killed and could not. It
// learns the process groups from its standard input (`+PID`, `-PID`, one a line) and acts when that ends.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const KILL_AFTER_MS = 3_000;
const groups = new Set();

const signalAll = (signal) => {
  for (const pid of groups) {
    try {
      process.kill(-pid, signal);
    } catch {
      groups.delete(pid);
    }
  }
};

// The terminal's Ctrl+C is for the demo, which ends this process by closing its input.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, () => {});
for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) groups.add(pid);
  else groups.delete(pid);
}
signalAll('SIGTERM');
if (groups.size > 0) await wait(KILL_AFTER_MS);
signalAll('SIGKILL');
rmSync(process.argv[2], { recursive: true, force: true, maxRetries: 5 });
