// A reporter for `node --test` that prints one JSON line per finished test: what must not change under the sensor.
import { relative } from 'node:path';

const MARK = '@@outcome ';

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const state = data.skip !== undefined ? 'skip' : data.todo !== undefined ? 'todo' : type.slice('test:'.length);
    const file = data.file ? relative(process.cwd(), data.file) : '';
    yield `${MARK}${JSON.stringify({ name: `${file} ${data.nesting} ${data.name}`, state })}\n`;
  }
}
