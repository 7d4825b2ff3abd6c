/** What an OTLP receiver has taken in part: https://opentelemetry.io/docs/specs/otlp/#partial-success. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

const NONE: PartialSuccess = { rejected: 0, message: '' };
const VARINT = 0;
const LENGTH = 2;

/**
 * Reads the answer to an export of metrics or of logs: field 1 is a message, whose field 1 is a count and field 2 a text. What cannot
 * be read says nothing.
 */
export function readPartialSuccess(answer: Uint8Array): PartialSuccess {
  try {
    const inner = fields(answer).get(1);
    if (!(inner instanceof Uint8Array)) return NONE;
    const [rejected, message] = [fields(inner).get(1), fields(inner).get(2)];
    return {
      rejected: typeof rejected === 'number' && rejected > 0 ? rejected : 0,
      message: message instanceof Uint8Array ? new TextDecoder().decode(message.subarray(0, 500)) : '',
    };
  } catch {
    return NONE;
  }
}

/** By field number: its last value. Throws RangeError for what is no message of numbers and bytes. */
function fields(bytes: Uint8Array): Map<number, number | Uint8Array> {
  const found = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 63) throw new RangeError('cut off');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag % 8 === VARINT) found.set(Math.floor(tag / 8), varint());
    else if (tag % 8 === LENGTH) {
      const length = varint();
      if (at + length > bytes.length) throw new RangeError('cut off');
      found.set(Math.floor(tag / 8), bytes.subarray(at, at + length));
      at += length;
    } else throw new RangeError('not expected');
  }
  return found;
}
