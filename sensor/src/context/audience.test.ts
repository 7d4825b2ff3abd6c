import { describe, expect, test } from 'vitest';
import { Audience } from './audience.js';

describe('who is told', () => {
  test.each([
    'localhost',
    'localhost:3000',
    'orders',
    'orders:8080',
    'orders.shop.svc.cluster.local',
    'orders.internal',
    'printer.local:80',
    '127.0.0.1:1',
    '10.1.2.3',
    '172.16.0.1:80',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '[::1]:3000',
    '[fd00::1]:80',
    '[fe80::1]',
    '::1',
    '[::ffff:10.0.0.1]:80',
  ])('inside: %s', (host) => {
    expect(new Audience(undefined).includes(host)).toBe(true);
  });

  test.each([
    '',
    'api.stripe.com',
    'api.stripe.com:443',
    'example.com.',
    '8.8.8.8',
    '172.32.0.1',
    '172.15.0.1:80',
    '100.128.0.1',
    '11.0.0.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '[2606:4700::1111]:443',
    'internal.example.com',
  ])('not outside: %s', (host) => {
    expect(new Audience(undefined).includes(host)).toBe(false);
  });

  test('further hosts, everyone and nobody can be set', () => {
    const some = new Audience(' API.example.com, *.shop.example ');
    expect(some.includes('api.example.com:443')).toBe(true);
    expect(some.includes('a.shop.example')).toBe(true);
    expect(some.includes('shop.example')).toBe(false);
    expect(some.includes('localhost')).toBe(true);
    expect(new Audience('all').includes('example.com')).toBe(true);
    expect(new Audience('none').includes('localhost')).toBe(false);
  });
});
