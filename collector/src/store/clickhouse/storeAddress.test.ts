import { describe, expect, it } from 'vitest';
import { parseClickHouseAddress, shownStore } from './storeAddress.js';

describe('the address of a ClickHouse', () => {
  it('names hosts, who asks, a database and options', () => {
    expect(
      parseClickHouseAddress('clickhouse://ann:p%40s:s@a:8124,b/prod?cluster=main&timeout_ms=500&ttl=off'),
    ).toEqual({
      urls: ['http://a:8124', 'http://b:8123'],
      user: 'ann',
      password: 'p@s:s',
      database: 'prod',
      cluster: 'main',
      otelTraces: undefined,
      otelHours: 1,
      otelDelaySeconds: 30,
      timeoutMs: 500,
      writeIntervalMs: 500,
      hasTtl: false,
    });
    expect(parseClickHouseAddress('clickhouses://[::1]')).toMatchObject({
      urls: ['https://[::1]:8443'],
      user: 'default',
      password: '',
      database: 'default',
      hasTtl: true,
    });
  });

  it.each([
    ['clickhouse://', 'names no host'],
    ['clickhouse://u:secret@/db', 'names no host'],
    ['clickhouse://u:secret@h/db?shards=2', 'unknown option "shards"'],
    ['clickhouse://u:secret@h/db?timeout_ms=1', 'timeout_ms'],
    ['clickhouse://u:secret@h/db?ttl=maybe', 'ttl'],
    ['clickhouse://u:sec%ret@h/db', '%25'],
  ])('%s is refused with what to do and without the password', (address, words) => {
    const refusal = () => parseClickHouseAddress(address);
    expect(refusal).toThrow(words);
    expect(refusal).not.toThrow(/sec/);
  });

  it('is shown without user and password', () => {
    expect(shownStore('clickhouses://ann:se@cr/et@h:1,i:2/db?cluster=c')).not.toMatch(/ann|se@|et@/);
    expect(shownStore('clickhouse://ann:secret@h:1,i:2/db?cluster=c')).toBe('clickhouse://h:1,i:2/db?cluster=c');
    expect(shownStore('clickhouse://ann:secret@h/db?x=1')).toBe('clickhouse://***');
    expect(shownStore('/data/collector.db')).toBe('/data/collector.db');
  });
});
