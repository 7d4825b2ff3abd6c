const { imul } = Math;

/**
 * 16 hex digits and the length, to tell texts apart that nobody made to be confused. Loading Node's own digests takes longer than all
 * else that a program with few files needs of them.
 */
export function textHash(text: string): string {
  // Two lanes that mix in different ways: FNV-1a's multiplication, and a rotation between two others.
  let a = 0x811c9dc5;
  let b = 0x2545f491;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = imul(a ^ unit, 0x01000193);
    b = imul(b + unit, 0x9e3779b1);
    b = (b << 13) | (b >>> 19);
  }
  return `${hex(spread(a))}${hex(spread(b ^ a))}-${text.length.toString(36)}`;
}

/** Lets every bit of the input touch every bit of the result. */
function spread(value: number): number {
  let mixed = imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
