import { describe, expect, it } from 'vitest';
import { jaegerSpans } from './jaegerSpans.js';
import { nezhaTraces } from './nezhaSpans.js';
import { zipkinSpans } from './zipkinSpans.js';

describe('jaegerSpans', () => {
  it('takes kinds from tags and parents from CHILD_OF only', () => {
    const span = { operationName: 'op', startTime: 1_700_000_000_000_005, duration: 3, processID: 'p1' };
    const tags = [{ key: 'span.kind', value: 'server' }];
    const spans = jaegerSpans({
      processes: { p1: { serviceName: 'shop' } },
      spans: [
        { ...span, spanID: 'a', startTime: span.startTime - 5 },
        { ...span, spanID: 'b', references: [{ refType: 'CHILD_OF', spanID: 'a' }], tags },
        { ...span, spanID: 'c', references: [{ refType: 'FOLLOWS_FROM', spanID: 'a' }] },
      ],
    });
    expect(
      spans.map(({ id, parentId, kind, startNanos, endNanos }) => [id, parentId, kind, startNanos, endNanos]),
    ).toEqual([
      ['a', undefined, 'internal', 0, 3000],
      ['b', 'a', 'server', 5000, 8000],
      ['c', undefined, 'internal', 5000, 8000],
    ]);
    expect(spans[0]).toMatchObject({ service: 'shop', functionKey: 'op' });
  });
});

describe('zipkinSpans', () => {
  it('parts a client and a server that share an id, and hangs what each side did below it', () => {
    const at = (serviceName: string) => ({ timestamp: 1000, duration: 1, localEndpoint: { serviceName } });
    const spans = zipkinSpans([
      { id: 'a', kind: 'CLIENT', ...at('front') },
      { id: 'a', kind: 'SERVER', shared: true, ...at('back') },
      { id: 'b', parentId: 'a', ...at('back') },
      { id: 'c', parentId: 'a', ...at('front') },
    ]);
    expect(spans.map(({ id, parentId, kind }) => [id, parentId, kind])).toEqual([
      ['a', undefined, 'client'],
      ['a/server', 'a', 'server'],
      ['b', 'a/server', 'internal'],
      ['c', 'a', 'internal'],
    ]);
  });
});

describe('nezhaTraces', () => {
  it('parts traces, finds kinds from pods, and keeps commas in names', () => {
    const csv = [
      'TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration',
      't1,a,root,ts-web-service-6f6cfc45b-h5m2n,SELECT a, b,1674981815752000001,1674981815752000101,0',
      't1,b,a,ts-seat-service-8d7c9d5f4-abcde,get,1674981815752000002,1674981815752000052,0',
      't2,a,root,ts-web-service-6f6cfc45b-h5m2n,get,1674981815752000001,1674981815752000002,0',
    ].join('\n');
    const common = { startNanos: 0, endNanos: 100, service: 'ts-web-service', functionKey: 'SELECT a, b' };
    expect(nezhaTraces(csv)).toEqual([
      [
        { ...common, id: 'a', parentId: undefined, kind: 'client' },
        {
          id: 'b',
          parentId: 'a',
          startNanos: 1,
          endNanos: 51,
          service: 'ts-seat-service',
          functionKey: 'get',
          kind: 'server',
        },
      ],
      [{ ...common, id: 'a', parentId: undefined, kind: 'internal', endNanos: 1, functionKey: 'get' }],
    ]);
  });

  it('refuses what is not such a file', () => expect(() => nezhaTraces('a,b\n1,2')).toThrow(/its first line is a,b/));
});
