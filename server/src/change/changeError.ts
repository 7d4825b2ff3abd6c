/** A change that cannot be assessed as it was asked for; the message says why and what to do. */
export class ChangeError extends Error {
  override readonly name = 'ChangeError';
}
