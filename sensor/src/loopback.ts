import { closeSync, existsSync, openSync, readSync } from 'node:fs';

const IPV4 = '/proc/net/tcp';
const IPV6 = '/proc/net/tcp6';
const LISTENING = '0A';
const LOCAL_HOST = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;
const CHUNK_BYTES = 16_384;

/**
 * False when it is certain that nothing listens at the endpoint: it is on this machine, and the kernel's table of sockets (proc(5),
 * Linux alone) has no listener on its port. Takes a fraction of a millisecond, where connecting would need the event loop.
 */
export function mayListen({ hostname, port, protocol }: Pick<URL, 'hostname' | 'port' | 'protocol'>): boolean {
  if (!LOCAL_HOST.test(hostname)) return true;
  const wanted = Number(port || (protocol === 'https:' ? 443 : 80));
  try {
    return hasListener(headOf(IPV4), wanted) || (existsSync(IPV6) && hasListener(headOf(IPV6), wanted));
  } catch {
    // Another system.
    return true;
  }
}

/** The first part of a table: listeners come first, and there may be very many connections behind them. */
function headOf(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let text = '';
    for (let length = readSync(descriptor, buffer); length > 0; length = readSync(descriptor, buffer)) {
      text += buffer.toString('latin1', 0, length);
      if (CONNECTION.test(text)) break;
    }
    return text;
  } finally {
    closeSync(descriptor);
  }
}

const CONNECTION = /^ *\d+: [\dA-F]+:[\dA-F]{4} [\dA-F]+:[\dA-F]{4} (?!0A )/m;

/** `table`: the text of /proc/net/tcp or tcp6. */
export function hasListener(table: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  // Number, local address and port, remote address and port, state.
  return new RegExp(`^ *\\d+: [\\dA-F]+:${hex} [\\dA-F]+:[\\dA-F]{4} ${LISTENING} `, 'm').test(table);
}
