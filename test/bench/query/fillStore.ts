import { histogramOf, type Histogram } from '@hindcast/core/histogram';
import { emptyReport, type FunctionKey, type Report } from '@hindcast/collector/store/model';
import type { Store } from '@hindcast/collector/store/store';
import { hourStart, minuteCutoff, minuteOf } from '@hindcast/collector/store/storeTime';

export const FILE_FUNCTIONS = 25;
const TIMED_CALLS = 20;
const SHAPES = 64;
const MINUTES_A_WRITE = 10;

export function filePath(file: number): string {
  return `src/part${file % 40}/file${file}.ts`;
}

interface Filling {
  readonly functions: number;
  readonly days: number;
  readonly nowMs: number;
}

/**
 * Every function is called every minute, by two callers, on behalf of an entry point; every tenth calls a database. What is no longer
 * kept by the minute is written once an hour: rollup leaves the same of it. Returns the minutes that this stands for.
 */
export async function fillStore(store: Store, { functions, days, nowMs }: Filling): Promise<number> {
  const now = minuteOf(nowMs);
  const first = hourStart(now - days * 1440);
  const kept = Math.max(first, minuteCutoff(nowMs));
  const write = (report: Report, minute: number) => store.write([report], (minute + 1) * 60_000);
  const maintainAt = async (minute: number): Promise<void> => {
    while (await store.maintain(minute * 60_000));
  };
  await write({ ...reportOf(functions, first, 1), declarations: declarations(functions) }, first);
  for (let hour = first; hour < kept; hour += 60) {
    await write(reportOf(functions, hour, 60), hour);
    await maintainAt(hour + 66);
  }
  for (let minute = kept; minute < now; minute += MINUTES_A_WRITE) {
    const minutes = Array.from({ length: Math.min(MINUTES_A_WRITE, now - minute) }, (_, i) => minute + i);
    await store.write(
      minutes.map((it) => reportOf(functions, it, 1)),
      (minute + minutes.length) * 60_000,
    );
    if (minute % 60 < MINUTES_A_WRITE) await maintainAt(minute + MINUTES_A_WRITE);
  }
  await maintainAt(now);
  return now - first;
}

const keys = new Map<number, FunctionKey>();

function keyOf(index: number): FunctionKey {
  let key = keys.get(index);
  if (!key) {
    key = {
      path: filePath(Math.floor(index / FILE_FUNCTIONS)),
      name: `fn${index}`,
      line: (index % FILE_FUNCTIONS) * 8 + 1,
      column: 1,
    };
    keys.set(index, key);
  }
  return key;
}

const shapes = new Map<string, Histogram>();

/** Durations of a function: a long tail around a median of its own. */
function durationsOf(index: number, minutes: number): Histogram {
  const text = `${index % SHAPES} ${minutes}`;
  let shape = shapes.get(text);
  if (!shape) {
    let seed = (index % SHAPES) + 1;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const median = 10 ** (-4 + (3 * (index % SHAPES)) / SHAPES);
    const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    shape = histogramOf(Array.from({ length: TIMED_CALLS * minutes }, () => median * Math.exp(0.5 * normal())));
    shapes.set(text, shape);
  }
  return shape;
}

/** What a service with so many functions reports for one minute, or for an hour at once. */
export function reportOf(functions: number, minute: number, minutes: number): Report {
  const indexes = Array.from({ length: functions }, (_, i) => i);
  const entryPoint = (i: number) => ({ kind: 'http', name: `GET /route${i % 50}` });
  return {
    ...emptyReport({ service: 'shop', environment: '', version: '1', revision: '', source: 'sensor' }, 'i1'),
    covered: [{ startMs: minute * 60_000, endMs: (minute + minutes) * 60_000 }],
    functions: indexes.map((i) => ({
      minute,
      fn: keyOf(i),
      calls: 50 * minutes,
      durations: durationsOf(i + minute, minutes),
    })),
    edges: indexes.flatMap((i) =>
      [i + 1, i + 7].map((by) => ({
        minute,
        callee: keyOf(i),
        caller: { service: 'shop', fn: keyOf(by % functions) },
        calls: 25 * minutes,
        sampledCalls: 2 * minutes,
      })),
    ),
    functionEntries: indexes.map((i) => ({ minute, fn: keyOf(i), entryPoint: entryPoint(i), calls: 50 * minutes })),
    dependencies: indexes
      .filter((i) => i % 10 === 0)
      .map((i) => ({
        minute,
        fn: keyOf(i),
        dependency: { kind: 'db', target: 'postgresql shop' },
        calls: 50 * minutes,
        durations: durationsOf(i + minute, minutes),
      })),
    entries: Array.from({ length: 50 }, (_, i) => ({
      minute,
      entryPoint: entryPoint(i),
      fn: keyOf(i),
      calls: 50 * minutes,
      durations: durationsOf(i + minute, minutes),
    })),
  };
}

export function declarations(functions: number): Report['declarations'] {
  return Array.from({ length: Math.ceil(functions / FILE_FUNCTIONS) }, (_, file) => ({
    path: filePath(file),
    contentHash: 'a'.repeat(40),
    notObservedReason: '',
    functions: Array.from({ length: Math.min(FILE_FUNCTIONS, functions - file * FILE_FUNCTIONS) }, (__, i) => {
      const { name, line, column } = keyOf(file * FILE_FUNCTIONS + i);
      return { name, line, column, endLine: line + 5, bodyHash: '' };
    }),
  }));
}
