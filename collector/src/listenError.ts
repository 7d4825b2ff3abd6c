import { CollectorError } from './collectorError.js';

/** What a failure to listen means to a person: which address, and which flag changes it. */
export function listenError(error: Error, address: string, flag: string): CollectorError {
  const text = `${'code' in error ? String(error.code) : ''} ${error.message}`;
  return text.includes('EADDRINUSE')
    ? new CollectorError(
        'PORT_IN_USE',
        `${address} is taken by another program: use ${flag} HOST:PORT for another one.`,
        {
          cause: error,
        },
      )
    : new CollectorError('LISTEN_FAILED', `Cannot listen on ${address} (${error.message}): use ${flag} HOST:PORT.`, {
        cause: error,
      });
}
