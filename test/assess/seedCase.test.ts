import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../cli/program.js';
import { closeCollector, openCollector, type TestCollector } from '../integration/testCollector.js';
import { makeOrdersRepository, reportOrders } from '../vscode/changedService.js';

/** What `hindcast assess --json` prints, as far as it is looked at. */
interface Printed {
  readonly base: string;
  readonly baseIs: string;
  readonly head: string;
  readonly functions: readonly {
    readonly file: string;
    readonly name: string;
    readonly kind: string;
    readonly exposure: {
      readonly callsPerMinute: number;
      readonly services: readonly string[];
      readonly entryPoints: readonly object[];
    };
    readonly addedCalls: readonly {
      readonly kind: string;
      readonly target: string;
      readonly perCall: number;
      readonly perMinute: number;
    }[];
    readonly consequences: readonly string[];
    readonly contribution: number;
  }[];
  readonly unmatched: readonly object[];
  readonly risk: number;
  readonly factors: readonly { readonly contribution: number }[];
}

const SENTENCE = '+2 DB calls × 40.1k/min = +80.2k queries/min on orders-db';

let root: string;
let revision: string;
let collector: TestCollector;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-assess-')));
  revision = await makeOrdersRepository(root);
  collector = await openCollector();
  await reportOrders(collector.running.addresses.otlpHttp ?? '', revision);
  const file = join(root, 'src', 'orders.js');
  const added = [
    "  const { rows } = await db.query('select stock from items where order_id = $1', [order.id]);",
    '  if (rows.length === 0) return undefined;',
    "  await db.query('update items set reserved = reserved + 1 where order_id = $1', [order.id]);",
  ];
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('  await db.query(', `${added.join('\n')}\n  await db.query(`),
  );
});

afterAll(async () => {
  await closeCollector(collector);
  rmSync(root, { recursive: true, force: true });
});

function assess(...args: string[]) {
  return runProgram(['assess', '--collector', collector.running.addresses.query, ...args], { cwd: root });
}

describe('two database calls that are added to a function called 40,100 times a minute', () => {
  test('as data: what was added, in units of production', async () => {
    const { code, out, error } = await assess('--json');
    expect(error).toBe('');
    expect(code).toBe(0);
    const printed = JSON.parse(out) as Printed;
    expect(printed).toMatchObject({ base: revision, baseIs: 'deployed', head: 'working tree', unmatched: [] });
    expect(printed.functions).toHaveLength(1);
    const [own] = printed.functions;
    expect(own).toMatchObject({
      file: 'src/orders.js',
      name: 'placeOrder',
      kind: 'changed',
      exposure: { callsPerMinute: 40_100, services: ['orders'], entryPoints: [{ name: 'POST /checkout', share: 1 }] },
      addedCalls: [
        { kind: 'database', target: 'orders-db', perCall: 1, perMinute: 40_100 },
        { kind: 'database', target: 'orders-db', perCall: 1, perMinute: 40_100 },
      ],
      consequences: [SENTENCE],
    });
    expect(printed.risk).toBeGreaterThan(0);
    expect(printed.factors.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(printed.risk, 6);
    expect(printed.functions.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(printed.risk, 6);
  });

  test.each([['--markdown'], ['--sarif'], []])('it says so: assess %s', async (...form: string[]) => {
    const { code, out } = await assess(...form);
    expect(code).toBe(0);
    expect(out.replaceAll('`', '').replaceAll('\\"', '')).toContain(SENTENCE);
  });

  test('an agent is told the same', async () => {
    const { code, out } = await runProgram(['ask', 'assess_change', '--collector', collector.running.addresses.query], {
      cwd: root,
    });
    expect(code).toBe(0);
    expect(out.replaceAll('`', '')).toContain(SENTENCE);
  });

  test('the same question gives the same bytes', async () => {
    const [one, other] = [await assess('--json'), await assess('--json')];
    expect(other.out).toBe(one.out);
  });

  test('over the limit the exit code is 1', async () => {
    expect((await assess('--fail-over', '0')).code).toBe(1);
    expect((await assess('--fail-over', '100')).code).toBe(0);
  });

  test('without a collector the source is assessed, and exposure is unknown', async () => {
    const { code, out, error } = await runProgram(['assess', '--json', '--collector', '127.0.0.1:1'], { cwd: root });
    expect(code).toBe(0);
    expect(error).toMatch(/exposure is unknown: No collector answers/);
    expect(JSON.parse(out)).toMatchObject({
      baseIs: 'head',
      functions: [
        {
          name: 'placeOrder',
          exposure: { state: 'unknown', callsPerMinute: null },
          addedCalls: [
            { kind: 'database', target: 'db.query', perCall: 1, perMinute: null },
            { kind: 'database', target: 'db.query', perCall: 1, perMinute: null },
          ],
        },
      ],
    });
  });
});

describe('wrong use', () => {
  test.each([
    [['--base', 'nowhere'], /there is no revision nowhere/],
    [['--json', '--sarif'], /do not go together/],
    [['--fail-over', 'much'], /--fail-over takes a number/],
    [['--head', 'HEAD', '--patch', '/dev/null'], /a head or a patch/],
    [['--patch', 'no-such-file'], /cannot be read/],
  ])('assess %j', async (args, message) => {
    const { code, out, error } = await assess(...args);
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(message);
  });

  test('a policy that makes no sense is refused, and one that does is held against the change', async () => {
    const file = join(root, '.hindcast.yml');
    try {
      writeFileSync(file, 'policy:\n  - when: danger > 60\n    require: owner\n');
      expect(await assess()).toMatchObject({
        code: 2,
        error: expect.stringMatching(/policy\[0\]\.when: there is no 'danger'/) as string,
      });
      writeFileSync(file, 'policy:\n  - when: addedCalls > 1 and callsPerMinute > 1000\n    require: owner\n');
      expect(JSON.parse((await assess('--json')).out)).toMatchObject({
        requirements: [{ require: 'owner', functions: ['src/orders.js:placeOrder'] }],
      });
    } finally {
      rmSync(file, { force: true });
    }
  });
});
