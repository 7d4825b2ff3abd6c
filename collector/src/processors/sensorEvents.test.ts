import { describe, expect, it } from 'vitest';
import * as semconv from '@hindcast/proto/semconv';
import { emptyLogRecord, type AttributeValue, type OtlpLogRecord } from '../otlp/model.js';
import type { Rejections } from './limits.js';
import { reportsOfLogs } from './sensorEvents.js';

const NOW_MS = Date.UTC(2026, 10, 19, 12);
const nanoseconds = BigInt(NOW_MS) * 1_000_000n;

const map = (values: Record<string, AttributeValue>) => new Map(Object.entries(values));

function exemplar(body: AttributeValue | undefined, more: Partial<OtlpLogRecord> = {}): OtlpLogRecord {
  const time = { timeHigh: Number(nanoseconds >> 32n), timeLow: Number(nanoseconds & 0xffffffffn) };
  return { ...emptyLogRecord(), ...time, eventName: semconv.EVENT_EXEMPLAR, body, ...more };
}

function process(records: OtlpLogRecord[]) {
  const rejections: Rejections = new Map();
  const result = reportsOfLogs([{ resource: map({ 'service.name': 's' }), records }], NOW_MS, rejections);
  return { ...result, rejections: Object.fromEntries(rejections) };
}

const body = { entryKind: 'http', entryName: 'POST /checkout', durationSeconds: 1.5 };

describe('exemplars', () => {
  it('are kept with their path and what they called', () => {
    const { reports, acceptedEvents } = process([
      exemplar(
        map({
          ...body,
          errorType: 'Boom',
          path: [map({ name: 'pay', file: 'src/pay.ts', line: 7, durationSeconds: 1.2 }), map({ name: '' }), 'x'],
          dependencies: [
            map({ kind: 'db', target: 'sqlite', count: 3, durationSeconds: 0.5 }),
            map({ kind: 'db', target: 'sqlite', count: -3, durationSeconds: 0.5 }),
          ],
        }),
        { traceId: 'ab'.repeat(16) },
      ),
    ]);
    expect(acceptedEvents).toBe(1);
    expect(reports[0]?.exemplars).toEqual([
      {
        entryPoint: { kind: 'http', name: 'POST /checkout' },
        traceId: 'ab'.repeat(16),
        timeMs: NOW_MS,
        durationSeconds: 1.5,
        errorType: 'Boom',
        path: [{ fn: { path: 'src/pay.ts', name: 'pay', line: 7, column: 0 }, durationSeconds: 1.2 }],
        dependencies: [{ dependency: { kind: 'db', target: 'sqlite' }, count: 3, durationSeconds: 0.5 }],
      },
    ]);
  });

  it.each<[string, OtlpLogRecord]>([
    ['no body', exemplar(undefined)],
    ['no entry point', exemplar(map({ ...body, entryName: '' }))],
    ['a duration that cannot be', exemplar(map({ ...body, durationSeconds: -1 }))],
    ['no time', exemplar(map(body), { timeHigh: 0, timeLow: 0 })],
  ])('are refused and counted with %s', (_case, record) => {
    expect(process([record])).toEqual({ reports: [], acceptedEvents: 0, rejections: { exemplar: 1 } });
  });

  it('need no trace', () => {
    expect(process([exemplar(map(body), { traceId: '<x>' })]).reports[0]?.exemplars).toMatchObject([
      { traceId: '', errorType: '', path: [], dependencies: [] },
    ]);
  });
});
