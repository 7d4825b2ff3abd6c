// `npm run eval:safety`: real packages behave the same with the sensor over their source as without it.
//   --json FILE    write the results        --only a,b   some packages only
//   --quick        a handful, on Node 24    --node 20,24 some Node versions only (default 20,22,24)
//   --docs         put the results into docs/safety.md, each as soon as it is there
//   --sensor FILE  another module in the sensor's place
import { existsSync, globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeBinary } from '../../scripts/nodeBinaries.mjs';
import { prepareApp } from './appFolder.mjs';
import { differences, readOutcomes } from './outcomes.mjs';
import { runApp, sensorEntry } from './runApp.mjs';
import { markdownTable, verdictOf, withResults } from './safetyReport.mjs';
import { startSensorSink } from './sensorSink.mjs';

const here = import.meta.dirname;
const page = join(here, '..', '..', 'docs', 'safety.md');
const artifacts = join(here, '..', '..', '.artifacts', 'differential');
const log = (line) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    docs: { type: 'boolean', default: false },
    sensor: { type: 'string', default: sensorEntry },
    only: { type: 'string' },
    node: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

/** Runs every part of a row once and puts the parts together. */
async function runOnce(row, folder, major, endpoint) {
  const node = nodeBinary(major);
  const common = { node, folder, endpoint, sensor: values.sensor, timeoutS: row.timeoutS, env: row.env };
  const args = row.nodeArgs ?? [];
  const files = (row.files ?? [])
    .flatMap((pattern) => globSync(pattern, { cwd: folder, exclude: row.exclude ?? [] }))
    .sort();
  if (row.files && files.length === 0) throw new Error(`${row.name}: no file matches ${row.files.join(', ')}.`);
  if (row.run === 'node') {
    const reporter = `--test-reporter=${pathToFileURL(join(here, 'nodeTestReporter.mjs')).href}`;
    const concurrency = `--test-concurrency=${row.concurrency ?? 2}`;
    return runApp({
      ...common,
      argv: [...args, '--test', concurrency, reporter, '--test-reporter-destination=stdout', ...files],
    });
  }
  if (row.run === 'driver') return runApp({ ...common, argv: [...args, 'hindcastDriver.mjs', ...(row.args ?? [])] });
  if (row.run !== 'tap') throw new Error(`packages.json: unknown run "${row.run}"; use node, tap or driver.`);
  const total = { exit: '', stdout: '', stderr: '', seconds: 0 };
  for (const file of files) {
    const part = await runApp({ ...common, argv: [...args, file] });
    total.exit += `${part.exit} `;
    total.stdout += `# file ${file}\n${part.stdout}\n`;
    total.stderr += part.stderr;
    total.seconds += part.seconds;
  }
  return { ...total, exit: total.exit.trim() };
}

/** One package on one Node: bare, with the sensor, bare again to know what is not steady by itself. */
async function compare(row, folder, major, sink) {
  const format = row.format ?? (row.run === 'driver' ? 'bytes' : row.run);
  const once = async (endpoint, label) => {
    const result = await runOnce(row, folder, major, endpoint);
    const stem = join(artifacts, `${row.name.replace('/', '__')}-node${major}-${label}`);
    await writeFile(`${stem}.txt`, `${result.stdout}\n--- stderr\n${result.stderr}\n--- exit ${result.exit}\n`);
    return { ...result, format, outcomes: readOutcomes(format, result.stdout) };
  };
  const bare = await once(undefined, 'bare');
  sink.take();
  const sensor = await once(sink.endpoint, 'sensor');
  const heard = sink.take();
  const control = await once(undefined, 'control');
  const states = new Map(bare.outcomes.map(({ name, state }) => [name, state]));
  const controlStates = new Map(control.outcomes.map(({ name, state }) => [name, state]));
  const unsteady = new Set(
    [...states.keys(), ...controlStates.keys()].filter((name) => states.get(name) !== controlStates.get(name)),
  );
  const found = differences(bare, sensor, unsteady);
  const steady = differences(bare, control, unsteady).length === 0;
  const count = (state) => bare.outcomes.filter((outcome) => outcome.state === state).length;
  const own = [...heard.declared]
    .filter(([, file]) => !/hindcast(Driver|Support|HttpScript|Vitest.config)\.mjs$/.test(file))
    .map(([key]) => key);
  const result = {
    name: row.name,
    version: row.version,
    node: major,
    kind: format === 'bytes' ? 'program' : 'tests',
    tests: bare.outcomes.length,
    passed: count('pass'),
    failedBare: count('fail'),
    skipped: count('skip') + count('todo'),
    outputBytes: bare.stdout.length + bare.stderr.length,
    exit: bare.exit,
    unsteady: unsteady.size,
    steady,
    differences: found,
    functions: own.length,
    functionsCalled: own.filter((key) => heard.calls.has(key)).length,
    calls: own.reduce((sum, key) => sum + (heard.calls.get(key) ?? 0), 0),
    filesNotObserved: [...heard.notObserved].map(([file, reason]) => `${file}: ${reason}`),
    drops: heard.drops,
    secondsBare: bare.seconds,
    secondsSensor: sensor.seconds,
  };
  return { ...result, verdict: verdictOf(result) };
}

if (!existsSync(values.sensor)) {
  process.stderr.write('The sensor is not built. Run: npm run build\n');
  process.exit(1);
}
const { packages } = JSON.parse(await readFile(join(here, 'packages.json'), 'utf8'));
const only = values.only?.split(',');
const unknown = only?.filter((name) => !packages.some((row) => row.name === name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`Not in packages.json: ${unknown.join(', ')}.\n`);
  process.exit(2);
}
const rows = packages.filter((row) => (only ? only.includes(row.name) : !values.quick || row.quick));
const majors = (values.node ?? (values.quick ? '24' : '20,22,24')).split(',').map(Number);
await mkdir(artifacts, { recursive: true });
const sink = await startSensorSink();
const results = [];
try {
  for (const row of rows) {
    const folder = await prepareApp(row);
    for (const major of majors.filter((candidate) => candidate >= (row.minNode ?? 0))) {
      if (!nodeBinary(major))
        throw new Error(`There is no Node ${major} here; run npm ci, or leave it out with --node.`);
      const result = await compare(row, folder, major, sink);
      results.push(result);
      if (values.docs) await writeFile(page, withResults(await readFile(page, 'utf8'), [result]));
      log(
        `${result.verdict === 'identical' ? 'ok  ' : 'DIFF'} ${row.name}@${row.version} node ${major}: ${result.verdict}`,
      );
      for (const line of result.differences.slice(0, 20)) log(`       ${line}`);
    }
  }
} finally {
  await sink.close();
}
log(`\n${markdownTable(results)}`);
if (values.json) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
process.exit(results.every(({ verdict }) => verdict === 'identical') ? 0 : 1);
