// node demo/load/main.mjs --url http://127.0.0.1:46100 [--rate 20] [--duration SECONDS] [--seed N] [--report FILE]
// Sends the shop's traffic; SIGTERM or SIGINT ends it early. The report is rewritten every second and when it is finished.
import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LoadGenerator } from './generator.mjs';

const FOREVER_SECONDS = 400 * 24 * 3600;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    rate: { type: 'string', default: '20' },
    duration: { type: 'string', default: String(FOREVER_SECONDS) },
    seed: { type: 'string', default: '1' },
    report: { type: 'string' },
  },
});

function number(name) {
  const value = Number(values[name]);
  if (values[name] !== '' && value >= 0 && Number.isFinite(value)) return value;
  process.stderr.write(`load: --${name} must be a number, 0 or more; it is "${values[name]}"\n`);
  process.exit(2);
}

if (!values.url) {
  process.stderr.write('load: --url is missing: where the storefront listens, such as http://127.0.0.1:46100\n');
  process.exit(2);
}
const load = new LoadGenerator({ baseUrl: values.url, ratePerSecond: number('rate'), seed: number('seed') });

function writeReport() {
  if (!values.report) return;
  const partial = `${values.report}.partial`;
  writeFileSync(partial, JSON.stringify(load.report(), null, 2) + '\n');
  renameSync(partial, values.report);
}

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort());
const everySecond = setInterval(writeReport, 1000);
await load.run(number('duration'), stop.signal);
clearInterval(everySecond);
writeReport();
if (!values.report) process.stdout.write(JSON.stringify(load.report(), null, 2) + '\n');
