import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { TOKEN_ENVIRONMENT_VARIABLE, type HindcastSettings } from '@hindcast/proto/lspMessages';
import type { CollectorAccess } from './collectorChannel.js';

const MAX_PEM_BYTES = 1024 * 1024;

/** A collector, and how to reach it. */
export interface CollectorTarget {
  /** `HOST:PORT` */
  readonly address: string;
  readonly access: CollectorAccess;
  /** Why it cannot even be tried: one sentence. */
  readonly problem?: string;
}

/**
 * What the settings and the environment say of how to reach a collector.
 * @param environment its token is in `HINDCAST_TOKEN`
 */
export async function readTarget(
  address: string,
  { tls }: HindcastSettings['collector'],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CollectorTarget> {
  const token = environment[TOKEN_ENVIRONMENT_VARIABLE]?.trim() || undefined;
  // A token could be read on the way, so it only leaves the machine under TLS.
  if (token !== undefined && !tls.enabled && !isLoopback(address)) {
    const problem = `The token is not sent to ${address} without TLS: turn on hindcast.collector.tls.enabled.`;
    return { address, access: {}, problem };
  }
  if (!tls.enabled) return { address, access: { token } };
  try {
    const [caPem, certPem, keyPem] = [await pem(tls.caFile), await pem(tls.certFile), await pem(tls.keyFile)];
    return { address, access: { token, tls: { caPem, certPem, keyPem, serverName: tls.serverName || undefined } } };
  } catch (error) {
    return { address, access: {}, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether both are the same collector, reached in the same way. */
export function isSameTarget(a: CollectorTarget, b: CollectorTarget): boolean {
  return isDeepStrictEqual(a, b);
}

async function pem(path: string): Promise<string | undefined> {
  if (path === '') return undefined;
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`The file ${path}, named for TLS in the settings, cannot be read.`);
  if (text.length > MAX_PEM_BYTES || !text.includes('-----BEGIN ')) {
    throw new Error(`The file ${path}, named for TLS in the settings, is not in PEM format.`);
  }
  return text;
}

function isLoopback(address: string): boolean {
  const host = address.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
