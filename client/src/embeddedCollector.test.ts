import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@hindcast/core/logger';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { isListening, parseAddress } from './address.js';
import { EmbeddedCollector } from './embeddedCollector.js';
import type { EmbeddedState } from './embeddedCollector.js';

// Stands in for `hindcast collector`: listens where --query says and ends as the real one does.
const PROGRAM = `
const { createServer } = require('node:net');
const at = process.argv[process.argv.indexOf('--query') + 1];
if (process.argv.includes('taken:4317')) { console.error('127.0.0.1:4317 is in use'); process.exit(1); }
createServer().listen(Number(at.split(':')[1]), '127.0.0.1');
process.on('disconnect', () => process.exit(0));
`;

const scratch = mkdtempSync(join(tmpdir(), 'hindcast-test-'));
const program = join(scratch, 'program.cjs');
writeFileSync(program, PROGRAM);
const opened: EmbeddedCollector[] = [];
afterEach(() => Promise.all(opened.splice(0).map((collector) => collector.dispose())));
afterAll(() => rmSync(scratch, { recursive: true }));

function collector() {
  const states: EmbeddedState['kind'][] = [];
  const embedded = new EmbeddedCollector({
    command: [process.execPath, program],
    storePath: join(scratch, 'made', 'collector.db'),
    logger: silentLogger,
    onDidChange: ({ kind }) => states.push(kind),
  });
  opened.push(embedded);
  return { embedded, states };
}

async function listen(): Promise<{ server: Server; address: string }> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function freeAddress(): Promise<string> {
  const { server, address } = await listen();
  await new Promise((done) => server.close(done));
  return address;
}

/** The stand-in listens for queries only. */
const at = (query: string) => ({ query, otlpGrpc: '127.0.0.1:4317', otlpHttp: '127.0.0.1:4318' });

const listens = (address: string) => {
  const target = parseAddress(address);
  return target === undefined ? Promise.resolve(false) : isListening(target, 1000);
};

describe('EmbeddedCollector', () => {
  it('starts where nothing listens, and ends with the window', async () => {
    const address = await freeAddress();
    const { embedded, states } = collector();
    await embedded.ensure(at(address));
    expect(embedded.state.kind).toBe('running');
    expect(states).toEqual(['starting', 'running']);
    expect(await listens(address)).toBe(true);
    await embedded.dispose();
    expect(await listens(address)).toBe(false);
  });

  it('uses what listens already', async () => {
    const { server, address } = await listen();
    const { embedded, states } = collector();
    await embedded.ensure(at(address));
    expect(states).toEqual(['external']);
    await new Promise((done) => server.close(done));
  });

  it('starts one however often it is asked', async () => {
    const address = await freeAddress();
    const { embedded, states } = collector();
    await Promise.all([embedded.ensure(at(address)), embedded.ensure(at(address))]);
    await embedded.ensure(at(address));
    expect(states).toEqual(['starting', 'running']);
  });

  it('moves when the address changes', async () => {
    const [before, after] = [await freeAddress(), await freeAddress()];
    const { embedded } = collector();
    await embedded.ensure(at(before));
    await embedded.ensure(at(after));
    expect([await listens(before), await listens(after)]).toEqual([false, true]);
  });

  it('says why it did not come up', async () => {
    const { embedded } = collector();
    await embedded.ensure({ ...at(await freeAddress()), otlpGrpc: 'taken:4317' });
    expect(embedded.state).toEqual({ kind: 'failed', message: '127.0.0.1:4317 is in use' });
  });

  it('can be stopped and started again', async () => {
    const address = await freeAddress();
    const { embedded } = collector();
    await embedded.ensure(at(address));
    await embedded.stop();
    expect(embedded.state.kind).toBe('stopped');
    expect(await listens(address)).toBe(false);
    await embedded.ensure(at(address));
    expect(embedded.state.kind).toBe('running');
  });

  it('runs nothing for an address on another machine', async () => {
    const { embedded, states } = collector();
    // TEST-NET-1: never answers.
    await embedded.ensure(at('192.0.2.1:4319'));
    expect(embedded.state).toEqual({ kind: 'off', reason: '192.0.2.1:4319 is on another machine' });
    expect(states).not.toContain('starting');
  });

  it('refuses what is not an address', async () => {
    const { embedded } = collector();
    await embedded.ensure(at('here'));
    expect(embedded.state).toMatchObject({ kind: 'failed', message: expect.stringContaining('host:port') as string });
  });
});
