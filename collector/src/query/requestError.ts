/** A question that cannot be answered as it was asked; the message says what to change. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}
