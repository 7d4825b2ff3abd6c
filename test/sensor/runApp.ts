import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { nodeBinary } from '../../scripts/nodeBinaries.mjs';
import { sensorBundles } from '../../scripts/sensorBundles.mjs';

export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const registerModule = join(repositoryRoot, 'sensor/dist/register.mjs');
const registerCommonJs = join(repositoryRoot, 'sensor/dist/register.cjs');

/** The Nodes that users run and this machine has: major version → binary. */
export const nodes: [number, string][] = [20, 22, 24].flatMap((major) => {
  const binary = nodeBinary(major);
  return binary === undefined ? [] : [[major, binary] as [number, string]];
});

/** Bundles the sensor as `npm run build` does, so that these tests never run against an old bundle. */
export function buildSensor(): string {
  for (const options of sensorBundles) buildSync({ absWorkingDir: repositoryRoot, ...options, logLevel: 'error' });
  return registerModule;
}

/** A throw-away project with these files; a `.git` marks its root. */
export function makeApp(files: Record<string, string>): { root: string; remove(): void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-app-')));
  for (const [name, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

export interface RunOptions {
  node: string;
  cwd: string;
  /** Node's flags, entry script, its arguments. */
  args: readonly string[];
  /** The sensor's endpoint; without one the program runs bare. */
  endpoint?: string;
  /** `-r` instead of `--import`; `none` where the program loads the sensor by itself. */
  flag?: '-r' | 'none';
  env?: Record<string, string>;
  /** Hears of the process as soon as it runs. */
  onStart?: (child: ChildProcess) => void;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  code: number | null;
  signal: NodeJS.Signals | null;
}

export function runApp({ node, cwd, args, endpoint, flag, env, onStart }: RunOptions): Promise<RunResult> {
  const flags = { '-r': ['-r', registerCommonJs], none: [], usual: ['--import', registerModule] };
  const sensor = endpoint === undefined ? [] : flags[flag ?? 'usual'];
  const child = spawn(node, [...sensor, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      HINDCAST_CACHE_DIR: 'off',
      ...(endpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
      ...env,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ stdout, stderr, code, signal }));
  });
}
