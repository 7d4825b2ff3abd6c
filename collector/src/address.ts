import { CollectorError } from './collectorError.js';

/** Where to listen. */
export interface ListenAddress {
  /** An IPv4 or IPv6 address without brackets, or `localhost`. */
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
}

/**
 * Reads `HOST:PORT` (an IPv6 host in brackets). Only loopback is allowed: the collector has no access tokens yet.
 * @param flag the option a person would change, for messages: `--query`
 * @throws CollectorError BAD_ADDRESS, NOT_LOOPBACK
 */
export function parseListenAddress(text: string, flag: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535) {
    throw new CollectorError(
      'BAD_ADDRESS',
      `'${text}' is not an address: use ${flag} HOST:PORT, such as 127.0.0.1:4317.`,
    );
  }
  if (!isLoopback(host)) {
    throw new CollectorError(
      'NOT_LOOPBACK',
      `${text} can be reached from other machines, and access tokens are not there yet: use ${flag} 127.0.0.1:${port}.`,
    );
  }
  return { host, port };
}

/** `HOST:PORT`, with brackets around an IPv6 host. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
