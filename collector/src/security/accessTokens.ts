import { createHash, timingSafeEqual } from 'node:crypto';

/** What a token is good for: sending data, or asking about it. */
export type Scope = 'ingest' | 'read';
export const SCOPES: readonly Scope[] = ['ingest', 'read'];

/** A token as it is kept: never the token itself. */
export interface AccessToken {
  readonly scopes: ReadonlySet<Scope>;
  /** SHA-256 of the token. */
  readonly digest: Buffer;
}

export type AccessDecision = 'allowed' | 'unauthenticated' | 'forbidden';

/** A line that is no token; the message says which line and never what is on it. */
export class TokenSyntaxError extends Error {
  override readonly name = 'TokenSyntaxError';

  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

export const MIN_TOKEN_LENGTH = 16;
const MAX_TOKENS = 1_000;
const BEARER = /^Bearer +([\x21-\x7e]{1,1024}) *$/i;

/** Who may do what. Without any token everybody may do everything: then the collector listens on loopback only. */
export class AccessTokens {
  constructor(private tokens: readonly AccessToken[]) {}

  /** These are known from the next request on, and no others. */
  replace(tokens: readonly AccessToken[]): void {
    this.tokens = tokens;
  }

  get isEmpty(): boolean {
    return this.tokens.length === 0;
  }

  /**
   * Whether a request may go on. Every token is compared, in constant time, whichever matches.
   * @param authorization the header's value: `Bearer TOKEN` (RFC 6750)
   */
  check(authorization: string | undefined, scope: Scope): AccessDecision {
    if (this.isEmpty) return 'allowed';
    const presented = BEARER.exec(authorization ?? '')?.[1];
    if (presented === undefined) return 'unauthenticated';
    const digest = digestOf(presented);
    let decision: AccessDecision = 'unauthenticated';
    for (const token of this.tokens) {
      if (!timingSafeEqual(token.digest, digest)) continue;
      if (token.scopes.has(scope)) decision = 'allowed';
      else if (decision === 'unauthenticated') decision = 'forbidden';
    }
    return decision;
  }
}

/** @throws TokenSyntaxError when it is too short, or nothing a header can carry */
export function accessToken(scopes: Iterable<Scope>, secret: string, line = 0): AccessToken {
  const hashed = /^sha256:([0-9a-f]{64})$/i.exec(secret)?.[1];
  if (hashed !== undefined) return { scopes: new Set(scopes), digest: Buffer.from(hashed, 'hex') };
  if (secret.length < MIN_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(secret)) {
    throw new TokenSyntaxError(
      line,
      `a token has at least ${MIN_TOKEN_LENGTH} visible ASCII characters and no blanks, or is sha256: and 64 hex digits`,
    );
  }
  return { scopes: new Set(scopes), digest: digestOf(secret) };
}

/**
 * Reads a token file: on each line the scopes, `ingest`, `read` or `ingest,read`, and the token or its SHA-256 as `sha256:HEX`.
 * Empty lines and lines that begin with `#` are left out.
 * @throws TokenSyntaxError
 */
export function parseTokenFile(text: string): AccessToken[] {
  const tokens: AccessToken[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const line = index + 1;
    const [scopes = '', secret, more] = content.split(/\s+/);
    const named = scopes.split(',');
    if (secret === undefined || more !== undefined || !named.every(isScope)) {
      throw new TokenSyntaxError(line, 'a line is ingest, read or ingest,read, a blank, and the token');
    }
    if (tokens.length === MAX_TOKENS) throw new TokenSyntaxError(line, `there are more than ${MAX_TOKENS} tokens`);
    tokens.push(accessToken(named, secret, line));
  }
  return tokens;
}

function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
