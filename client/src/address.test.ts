import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isListening, isLoopback, parseAddress } from './address.js';

describe('parseAddress', () => {
  it.each([
    ['127.0.0.1:4319', { host: '127.0.0.1', port: 4319 }],
    [' collector.example:1 ', { host: 'collector.example', port: 1 }],
    ['[::1]:4319', { host: '::1', port: 4319 }],
    ['', undefined],
    ['127.0.0.1', undefined],
    ['127.0.0.1:0', undefined],
    ['127.0.0.1:65536', undefined],
    ['http://127.0.0.1:4319', undefined],
    ['::1:4319', undefined],
  ])('%j', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['localhost', true],
  ['::1', true],
  ['10.0.0.1', false],
  ['127.evil.example', false],
])('isLoopback(%j) is %j', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

it('tells a port that listens from one that does not', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  expect(await isListening(address, 2000)).toBe(true);
  await new Promise((done) => server.close(done));
  expect(await isListening(address, 2000)).toBe(false);
});
