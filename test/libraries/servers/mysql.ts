import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { LocalServer } from './localServer.js';

interface Connection {
  serverHandshake(options: object): void;
  on(event: string, listener: (...args: never[]) => void): void;
  writeTextResult(rows: readonly object[], columns: readonly object[]): void;
  writeError(error: object): void;
  /** Counts packets; each exchange starts at 0, which the server does not see to. */
  sequenceId: number;
  readonly stream: { end(): void };
}

interface Mysql2 {
  createServer(): {
    on(event: 'connection', listener: (connection: Connection) => void): void;
    listen(port: number, host: string, listening: () => void): void;
    close(closed: () => void): void;
    readonly _server: { address(): { port: number } };
  };
}

const LONG = 3;

/** The server that mysql2 brings along for tests: any statement gives a row with the number 1, but one with `nowhere` in it fails. */
export async function startMysqlStub(libraries: string): Promise<LocalServer> {
  const mysql = createRequire(join(libraries, 'package.json'))('mysql2') as Mysql2;
  const server = mysql.createServer();
  const column = { catalog: 'def', schema: '', table: '', orgTable: '', name: 'n', orgName: 'n', columnType: LONG };
  const described = { ...column, characterSet: 63, columnLength: 11, flags: 0, decimals: 0 };
  server.on('connection', (connection) => {
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.0-test',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff ^ 2048,
      authCallback(_: unknown, accept: (error: null) => void) {
        accept(null);
        connection.sequenceId = 0;
      },
    });
    connection.on('query', (sql: string) => {
      if (sql.includes('nowhere')) connection.writeError({ code: 1146, message: 'no such table' });
      else connection.writeTextResult([{ n: 1 }], [described]);
      connection.sequenceId = 0;
    });
    connection.on('quit', () => connection.stream.end());
    connection.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server._server.address().port,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
