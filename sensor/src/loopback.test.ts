import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { hasListener, mayListen } from './loopback.js';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, state: string): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 23 1`;

test.each([
  ['a listener on loopback', [row('0100007F:10DD', '0A')], true],
  ['a listener on every address', [row('00000000:10DD', '0A')], true],
  ['a listener on every address, version 6', [row('00000000000000000000000000000000:10DD', '0A')], true],
  ['a connection from that port', [row('0100007F:10DD', '01')], false],
  ['a listener on another port', [row('0100007F:10DE', '0A')], false],
  ['nothing', [], false],
])('%s', (_, rows, expected) => {
  expect(hasListener([head, ...rows].join('\n'), 4317)).toBe(expected);
});

test('a server is seen as soon as it listens; nothing is claimed of other machines', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(mayListen(new URL(`http://localhost:${port}`))).toBe(true);
  server.close();
  await once(server, 'close');
  if (process.platform === 'linux') expect(mayListen(new URL(`http://localhost:${port}`))).toBe(false);
  expect(mayListen(new URL(`http://collector.example:${port}`))).toBe(true);
});
