import { describe, expect, it } from 'vitest';
import { ClientMeter } from './clientLimits.js';

describe('limits of a client', () => {
  it('let a burst of two seconds through, then the rate, and tell when to come again', () => {
    let now = 0;
    const meter = new ClientMeter({ requestsPerSecond: 2, bytesPerSecond: 1000, connections: 1 }, () => now);
    expect([1, 2, 3, 4].map(() => meter.use('a'))).toEqual([0, 0, 0, 0]);
    expect(meter.use('a')).toBe(1);
    expect(meter.use('b')).toBe(0);
    now += 500;
    expect(meter.use('a')).toBe(0);
    expect(meter.use('a')).toBe(1);
  });

  it('have bytes paid for by the next requests', () => {
    let now = 0;
    const meter = new ClientMeter({ requestsPerSecond: 100, bytesPerSecond: 1000, connections: 1 }, () => now);
    expect(meter.use('a')).toBe(0);
    meter.received('a', 12_000);
    expect(meter.use('a')).toBe(10);
    now += 11_000;
    expect(meter.use('a')).toBe(0);
  });

  it('count connections until they end', () => {
    const meter = new ClientMeter({ requestsPerSecond: 1, bytesPerSecond: 1, connections: 2 });
    expect([meter.open('a'), meter.open('a'), meter.open('a'), meter.open('b')]).toEqual([true, true, false, true]);
    meter.close('a');
    expect(meter.open('a')).toBe(true);
  });

  it('are kept of a bounded number of clients, without losing those that are connected', () => {
    const meter = new ClientMeter({ requestsPerSecond: 1, bytesPerSecond: 1, connections: 1 });
    expect(meter.open('mine')).toBe(true);
    for (let i = 0; i < 20_000; i++) meter.use(`10.${i}`);
    expect(meter.open('mine')).toBe(false);
  });
});
