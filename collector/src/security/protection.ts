import type { Logger } from '@hindcast/core/logger';
import type { Exposure } from '../address.js';
import type { SecurityConfig } from '../config.js';
import { AccessTokens } from './accessTokens.js';
import { ClientMeter, defaultClientLimits } from './clientLimits.js';
import { TlsMaterial } from './tlsFiles.js';

/** What every listener of a collector is protected by. */
export interface Protection {
  readonly tokens: AccessTokens;
  readonly meter: ClientMeter;
  /** Undefined: without TLS. */
  readonly tls: TlsMaterial | undefined;
  readonly allowsPlainText: boolean;
}

/**
 * What a configuration asks for; without one, loopback only and nobody is asked who they are.
 * @throws CollectorError TLS_UNUSABLE
 */
export function protectionOf(security: SecurityConfig | undefined, logger: Logger): Protection {
  return {
    tokens: new AccessTokens(security?.tokens ?? []),
    meter: new ClientMeter(security?.limits ?? defaultClientLimits),
    tls: security?.tls && new TlsMaterial(security.tls, logger),
    allowsPlainText: security?.allowsPlainText ?? false,
  };
}

export function exposureOf({ tokens, tls, allowsPlainText }: Protection): Exposure {
  return { hasTokens: !tokens.isEmpty, isTls: tls !== undefined, allowsPlainText };
}

/** The part of a peer's address that its limits are counted by: a whole IPv4 address, the network of an IPv6 one. */
export function clientOf(remoteAddress: string | undefined): string {
  const address = (remoteAddress ?? '').replace(/^::ffff:/, '');
  return address.includes(':') ? address.split(':').slice(0, 4).join(':') : address;
}
