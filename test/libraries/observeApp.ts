import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { OtlpReceiver } from '../sensor/otlpReceiver.js';
import { makeApp, repositoryRoot, runApp } from '../sensor/runApp.js';
import { factsOf, sensorFacts } from '../services/sensorFacts.js';

export interface Observed {
  /** `kind name handler` → calls. */
  readonly entries: Readonly<Record<string, number>>;
  /** `kind name handler error` → failed calls. */
  readonly entryErrors: Readonly<Record<string, number>>;
  /** `kind target caller` → calls, of the calls whose caller is known. */
  readonly dependencies: Readonly<Record<string, number>>;
  readonly dependencyErrors: Readonly<Record<string, number>>;
  /** As the dependencies: how many durations there are. */
  readonly timed: Readonly<Record<string, number>>;
  readonly stdout: string;
}

/** Runs an application of test/libraries/apps with the sensor, and with the libraries in `libraries`/node_modules or in `files`. */
export async function observeApp(
  node: string,
  app: string,
  libraries: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
): Promise<Observed> {
  const receiver = await OtlpReceiver.start();
  const folder = join(repositoryRoot, 'test/libraries/apps');
  const program = makeApp({
    'package.json': '{"name":"shop"}',
    [app]: readFileSync(join(folder, app), 'utf8'),
    ...files,
  });
  if (libraries !== '') symlinkSync(join(libraries, 'node_modules'), join(program.root, 'node_modules'));
  try {
    const { stdout, stderr, code } = await runApp({
      node,
      cwd: program.root,
      args: ['--no-warnings', app],
      endpoint: receiver.endpoint,
      env: { HINDCAST_INTERVAL_MS: '200', HINDCAST_EXIT_TIMEOUT_MS: '60000', ...env },
    });
    if (code !== 0 || stderr !== '') throw new Error(`${app} ended with ${String(code)}: ${stdout}${stderr}`);
    const facts = sensorFacts(receiver.metrics);
    const of = (metric: string, kept: (key: string) => boolean = () => true): Record<string, number> =>
      Object.fromEntries(
        Object.entries(factsOf(facts, 'shop', metric)).flatMap(([key, count]) =>
          kept(key) ? [[short(key), count]] : [],
        ),
      );
    const hasCaller = (key: string): boolean => key.includes('function.name=');
    return {
      entries: of('entry.calls'),
      entryErrors: of('entry.errors'),
      dependencies: of('dependency.calls', hasCaller),
      dependencyErrors: of('dependency.errors', hasCaller),
      timed: of('dependency.duration', hasCaller),
      stdout,
    };
  } finally {
    await receiver.stop();
    program.remove();
  }
}

/** `dependency.kind=db dependency.target=x error.type=E function.name=f` → `db x E f`, with ports of this machine as `port`. */
function short(key: string): string {
  return key
    .replace(/(?:^| )(?:entry\.kind|entry\.name|dependency\.kind|dependency\.target|error\.type|function\.name)=/g, ' ')
    .replace(/(127\.0\.0\.1|localhost):\d+/, '$1:port')
    .trim();
}
