// What cron libraries call is work, by the function that they call.
import { beforeAll, describe, expect, test } from 'vitest';
import { buildSensor, nodes } from '../sensor/runApp.js';
import { observeApp } from './observeApp.js';
import { installLibraries } from './tools/install.mjs';

let libraries = '';

beforeAll(() => {
  buildSensor();
  libraries = installLibraries('current');
}, 600_000);

// Before Node 24 it is not known on whose behalf something runs that a library has waited for.
describe.each(nodes.filter(([major]) => major >= 24))('on Node %i', (_, node) => {
  test('node-cron, cron, croner', async () => {
    const { entries } = await observeApp(node, 'cron.mjs', libraries);
    const own = Object.entries(entries).filter(([key]) => /^timer set(?:Timeout|Interval) /.test(key));
    expect(Object.fromEntries(own.map(([key, count]) => [key.split(' ').at(-1), count > 0]))).toEqual({
      byNodeCron: true,
      byCron: true,
      byCroner: true,
    });
  });
});
