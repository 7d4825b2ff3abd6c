import type { AccessDecision, Scope } from './accessTokens.js';
import type { Protection } from './protection.js';

export type NotAdmittedReason = Exclude<AccessDecision, 'allowed'> | 'rate_limited';

/** A request that is not looked at. */
export class NotAdmittedError extends Error {
  override readonly name = 'NotAdmittedError';

  constructor(
    readonly reason: NotAdmittedReason,
    message: string,
    /** When the same request may be admitted; undefined: never. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

/** Whether a request may go on, before anything of its body is read. */
export function admission(
  { tokens, meter }: Protection,
  authorization: string | undefined,
  scope: Scope,
  client: string,
): NotAdmittedError | undefined {
  const waitSeconds = meter.use(client);
  if (waitSeconds > 0) {
    return new NotAdmittedError(
      'rate_limited',
      'This client sends more than it may: send later, or raise the limits.',
      waitSeconds,
    );
  }
  switch (tokens.check(authorization, scope)) {
    case 'allowed':
      return undefined;
    case 'unauthenticated':
      return new NotAdmittedError(
        'unauthenticated',
        'This collector wants an access token that it knows: send the header authorization: Bearer TOKEN.',
      );
    case 'forbidden':
      return new NotAdmittedError('forbidden', `The access token does not have the scope '${scope}'.`);
  }
}
