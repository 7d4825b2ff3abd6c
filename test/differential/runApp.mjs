// Runs an application once, bare or with the sensor, and returns everything that a user could notice.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = import.meta.dirname;
/** Process groups that run now: they end with this process, however it ends. */
const running = new Set();
process.on('exit', () => running.forEach((endGroup) => endGroup()));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
/** What the flag `--import @hindcast/sensor/register` loads. */
export const sensorEntry = join(here, '..', '..', 'sensor', 'dist', 'register.mjs');

/**
 * Runs `argv` with a Node binary in a folder. With `endpoint` the sensor is loaded, into child processes too, and reports there;
 * without it an empty module is loaded in its place, so that the sensor is the only difference.
 * Returns `{exit, stdout, stderr, seconds}`; `exit` is the code, the signal's name, or `timeout`.
 */
export function runApp({ node, folder, argv, endpoint, sensor = sensorEntry, timeoutS = 300, env = {} }) {
  const preload = pathToFileURL(endpoint ? sensor : join(here, 'nothing.mjs')).href;
  const child = spawn(node, argv, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...steadyEnvironment(),
      NODE_OPTIONS: `--import=${preload}`,
      // Short, so that the sampling counters are reset in the middle of things.
      HINDCAST_INTERVAL_MS: '500',
      // A busy machine is no reason to lose the last report.
      HINDCAST_EXIT_TIMEOUT_MS: '60000',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint ?? 'http://127.0.0.1:9',
      ...env,
    },
  });
  const started = performance.now();
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      out[name] += text;
    });
  }
  return new Promise((done, fail) => {
    let timedOut = false;
    const endGroup = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of it has ended.
      }
    };
    running.add(endGroup);
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup();
    }, timeoutS * 1000);
    child.once('error', fail);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      endGroup();
      running.delete(endGroup);
      const exit = timedOut ? 'timeout' : (code ?? signal);
      done({ exit, ...out, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** Of the surroundings only what a program needs: no colours, no settings of the shell that started this. */
function steadyEnvironment() {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), LANG: 'C.UTF-8', TZ: 'UTC', NO_COLOR: '1', FORCE_COLOR: '0' };
}
