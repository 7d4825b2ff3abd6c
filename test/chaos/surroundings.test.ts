// Places that a service may find itself in: the program does what it would have done, and is observed where that is possible.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver } from '../sensor/otlpReceiver.js';
import { buildSensor, nodes } from '../sensor/runApp.js';

interface Place {
  title: string;
  /** Shell that runs before the program takes its place; `$APP` is the program's folder. */
  before?: string;
  /** The program is `app.cjs` in a folder without package.json and git. */
  text?: string;
  env?: Record<string, string>;
  withoutHome?: boolean;
  /** Node cannot start a thread there, so the sensor has none to report from. */
  withoutReport?: boolean;
}

const work = `function work(x) { return x + 1; }
class Late extends Error {}
for (let i = 0; i < 10; i++) work(i);
try { throw new Late('no'); } catch (error) { console.log(error.name, work(1)); }
Promise.resolve().then(() => console.log('later'));`;

const places: Place[] = [
  { title: 'no package.json, no git' },
  { title: 'a package.json that is none', before: 'echo "{ nonsense" > "$APP/package.json"' },
  { title: 'a .git that is a broken file', before: 'echo "gitdir: nowhere" > "$APP/.git"' },
  { title: 'a .git that leads in a circle', before: 'mkdir "$APP/.git"; echo "ref: HEAD" > "$APP/.git/HEAD"' },
  { title: 'another working directory', before: 'cd /' },
  {
    title: 'process.chdir as soon as it runs',
    text: `process.chdir(require('node:os').tmpdir()); ${work} process.exitCode = 4;`,
  },
  {
    title: 'a working directory that is deleted while it runs',
    withoutReport: true,
    text: `const { mkdtempSync, rmdirSync } = require('node:fs');
const gone = mkdtempSync(require('node:os').tmpdir() + '/gone-'); process.chdir(gone); rmdirSync(gone);
${work} setTimeout(() => { try { process.cwd(); } catch (error) { console.log(error.code); } }, 200);`,
  },
  {
    title: 'a working directory that is deleted before it starts',
    before: 'mkdir "$APP/d"; cd "$APP/d"; rmdir ../d',
    withoutReport: true,
  },
  { title: 'no HOME, no cache folder', withoutHome: true },
  { title: 'a HOME that is a file', env: { HOME: '/dev/null', XDG_CACHE_HOME: '/dev/null/cache' } },
  { title: 'a temporary folder that is none', env: { TMPDIR: '/dev/null/tmp', TMP: '/dev/null/tmp', TEMP: '' } },
  { title: 'a program folder that cannot be written', before: 'chmod -R a-w "$APP"' },
  // Every write to a file fails, as on a full disk; pipes still work.
  { title: 'a disk that is full', before: 'ulimit -f 0' },
  // Some for Node itself; enough to start, not enough to be generous.
  { title: 'few file descriptors', before: 'ulimit -n 40' },
  { title: 'a closed standard input', before: 'exec <&-' },
  {
    title: 'a disk that takes nothing',
    before: 'mkdir "$APP/cache"; export HINDCAST_CACHE_DIR="$APP/cache"; ulimit -f 0',
  },
  {
    title: 'NODE_ENV=production and no variable that is not needed',
    env: { NODE_ENV: 'production' },
    withoutHome: true,
  },
];

const bareImport = 'data:text/javascript,';
const [, node] = nodes.at(-1) ?? [0, process.execPath];
let register: string;
let receiver: OtlpReceiver;

beforeAll(async () => {
  register = buildSensor();
  receiver = await OtlpReceiver.start();
});
afterAll(() => receiver.stop());

/** Runs the program of a place. The bare one has an empty `--import`, which by itself changes how Node starts. */
async function run(place: Place, sensor: boolean): Promise<object> {
  const app = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-place-')));
  writeFileSync(join(app, 'app.cjs'), place.text ?? work);
  const flags = sensor ? ['--import', register] : ['--import', bareImport];
  const quoted = [node, ...flags, join(app, 'app.cjs')].map((part) => `'${part}'`).join(' ');
  const child = spawn('sh', ['-c', `${place.before ?? 'true'}; exec ${quoted}`], {
    cwd: app,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      APP: app,
      ...(place.withoutHome === true ? {} : { HOME: app }),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_SERVICE_NAME: place.title,
      // A busy machine is no reason to lose the last report.
      ...(place.withoutReport === true ? {} : { HINDCAST_EXIT_TIMEOUT_MS: '60000' }),
      ...place.env,
    },
  });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  chmodSync(app, 0o700);
  rmSync(app, { recursive: true, force: true });
  const plain = (output: string): string =>
    output.replaceAll(app, '$APP').replaceAll(/node:internal\S*/g, 'node:internal');
  return { stdout: plain(stdout()), stderr: plain(stderr()), code, signal };
}

function text(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

describe('a program in', () => {
  test.each(places)('$title', async (place) => {
    const before = receiver.metrics.length;
    const [bare, observed] = await Promise.all([run(place, false), run(place, true)]);
    expect(observed).toEqual(bare);
    if (place.withoutReport === true) return;
    const calls = receiver.metrics.slice(before).flatMap((request) => JSON.stringify(request).match(/"work"/g) ?? []);
    expect(calls.length).toBeGreaterThan(0);
  });
});
