import { describe, expect, it } from 'vitest';
import { AccessTokens, accessToken, parseTokenFile, type AccessDecision, type Scope } from './accessTokens.js';

const SENDER = 'sender-0123456789abcdef';
const READER = 'reader-0123456789abcdef';

describe('access tokens', () => {
  const tokens = new AccessTokens(
    parseTokenFile(
      `# who may do what\n\ningest ${SENDER}\nread ${READER}\r\ningest,read sha256:${'0'.repeat(64)}\nread ${SENDER}2\n`,
    ),
  );

  it.each<[string, string | undefined, Scope, AccessDecision]>([
    ['its scope', `Bearer ${SENDER}`, 'ingest', 'allowed'],
    ['another way to write Bearer', `bearer  ${READER}`, 'read', 'allowed'],
    ['another scope', `Bearer ${SENDER}`, 'read', 'forbidden'],
    ['no header', undefined, 'read', 'unauthenticated'],
    ['an unknown token', `Bearer ${SENDER}x`, 'ingest', 'unauthenticated'],
    ['a part of a token', `Bearer ${SENDER.slice(0, -1)}`, 'ingest', 'unauthenticated'],
    ['the digest instead of what it is of', `Bearer sha256:${'0'.repeat(64)}`, 'read', 'unauthenticated'],
    ['another scheme', `Basic ${SENDER}`, 'ingest', 'unauthenticated'],
  ])('with %s: %s, %s is %s', (_case, header, scope, decision) => {
    expect(tokens.check(header, scope)).toBe(decision);
  });

  it('can be kept as their digests', () => {
    const digest = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b';
    expect(new AccessTokens([accessToken(['read'], `sha256:${digest}`)]).check('Bearer secret', 'read')).toBe(
      'allowed',
    );
  });

  it('are not asked for where there are none', () => {
    expect(new AccessTokens([]).check(undefined, 'ingest')).toBe('allowed');
  });

  it.each<[string, string, number]>([
    ['an unknown scope', 'write 0123456789abcdef', 1],
    ['a short token', '\n\nread short', 3],
    ['no token', 'read', 1],
    ['three words', 'read a b', 1],
  ])('%s is refused without showing it', (_case, text, line) => {
    const read = (): unknown => parseTokenFile(text);
    expect(read).toThrow(expect.objectContaining({ name: 'TokenSyntaxError', line }));
    expect(read).not.toThrow(/short|0123456789abcdef/);
  });
});
