import { status } from '@grpc/grpc-js';

/**
 * What kind of trouble it is. `unreachable`: nothing answers there; `token`: the collector wants another token; `tls`: the
 * two do not agree how the connection is secured; `unsupported`: the collector is older than the question; `cancelled`: the
 * asking side gave up; `refused`: it answered that it will not.
 */
export type CollectorTrouble = 'unreachable' | 'token' | 'tls' | 'unsupported' | 'cancelled' | 'refused';

/** What went wrong between us and a collector, in a sentence that says what to do. */
export class CollectorClientError extends Error {
  override readonly name = 'CollectorClientError';
  readonly kind: CollectorTrouble;

  /** The status that gRPC gave; undefined when there was none. */
  readonly grpcStatus: number | undefined;

  constructor(kind: CollectorTrouble, message: string, cause: Error & { readonly code?: number }) {
    super(message, { cause });
    this.kind = kind;
    this.grpcStatus = cause.code;
  }
}

/** How we asked. */
export interface Asking {
  /** `HOST:PORT` */
  readonly address: string;
  readonly hasToken: boolean;
  readonly isTls: boolean;
  readonly deadlineMs: number;
}

/** What OpenSSL and Node say of certificates, and of talking TLS to what does not. */
const TLS_WORDS =
  /certificate|self[- ]signed|CERT_|UNABLE_TO_|SSL|EPROTO|wrong version number|Hostname\/IP|altname|packet length too long/i;
/** How a connection ends at once when TLS is expected of us. */
const CUT_OFF = /ECONNRESET|socket hang up|Protocol error|Last error: Failed to connect|Connection dropped/i;

/** Says what a failed call means. */
export function explainFailure(
  error: Error & { readonly code?: number; readonly details?: string },
  { address, hasToken, isTls, deadlineMs }: Asking,
): CollectorClientError {
  const details = error.details ?? error.message;
  const explained = (kind: CollectorTrouble, message: string) => new CollectorClientError(kind, message, error);
  switch (error.code) {
    case status.UNAVAILABLE:
      if (isTls && TLS_WORDS.test(details)) return explained('tls', tlsMessage(address, details));
      if (!isTls && CUT_OFF.test(details)) {
        return explained(
          'tls',
          `${address} ended the connection at once: it may want TLS. Turn TLS on for it, or check the address.`,
        );
      }
      return explained('unreachable', `No collector answers at ${address}. Start one with: hindcast collector`);
    case status.DEADLINE_EXCEEDED:
      return explained(
        'unreachable',
        `The collector at ${address} did not answer within ${deadlineMs / 1000} s. Check it with: hindcast status`,
      );
    case status.UNAUTHENTICATED:
      return explained(
        'token',
        hasToken
          ? `The collector at ${address} does not accept this token: ask who runs it for one that may read.`
          : `The collector at ${address} wants a token: ask who runs it for one that may read.`,
      );
    case status.PERMISSION_DENIED:
      return explained(
        'token',
        `The token may not read from the collector at ${address}: ask who runs it for another.`,
      );
    case status.UNIMPLEMENTED:
      return explained(
        'unsupported',
        `What listens at ${address} is not a Hindcast query service, or is an older one. Its address is printed by: hindcast collector`,
      );
    case status.CANCELLED:
      return explained('cancelled', `The question to the collector at ${address} was given up.`);
    default:
      return explained('refused', `The collector at ${address} refused: ${details}`);
  }
}

function tlsMessage(address: string, details: string): string {
  const reason = details.replace(/^.*Last error:\s*/s, '').slice(0, 200);
  if (/wrong version number|EPROTO|packet length/i.test(details)) {
    return `${address} does not speak TLS: turn TLS off for it, or check the address.`;
  }
  if (/expired/i.test(details)) return `The certificate of ${address} has expired: ask who runs it to renew it.`;
  if (/altname|Hostname\/IP/i.test(details)) {
    return `The certificate of ${address} is for another name: use the name that it was made for.`;
  }
  return `The certificate of ${address} is not trusted here: name the file of its certificate authority. (${reason})`;
}
