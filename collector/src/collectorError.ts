/** What can keep a collector from starting; scripts may rely on these. */
export type CollectorErrorCode =
  | 'BAD_ADDRESS'
  | 'NOT_LOOPBACK'
  | 'NOT_ENCRYPTED'
  | 'BAD_CONFIG'
  | 'TLS_UNUSABLE'
  | 'PORT_IN_USE'
  | 'LISTEN_FAILED'
  | 'STORE_UNUSABLE'
  | 'NODE_TOO_OLD';

/** A collector cannot start. The message is one sentence for a person: what is wrong and what to do. */
export class CollectorError extends Error {
  override readonly name = 'CollectorError';

  constructor(
    readonly code: CollectorErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
