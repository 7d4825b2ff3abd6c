/**
 * How many tokens a text is at most, more or less: published tokenizers differ, and none is worth its megabytes here. Words cost one
 * token for every few letters, digits one for three, signs one each; the result is above what `o200k_base` counts for our answers
 * (tokenEstimate.test.ts compares them).
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(PIECES)) {
    const first = piece.charCodeAt(0);
    if (first > 127) tokens += Math.ceil(piece.length * 1.5);
    else if (first >= 48 && first <= 57) tokens += Math.ceil(piece.length / 3);
    else if (first === 10) tokens += 1;
    else if (LETTER.test(piece)) tokens += Math.max(1, Math.ceil(piece.length / 5.5));
    else tokens += Math.ceil(piece.length / 1.6);
  }
  return tokens;
}

const LETTER = /^[A-Za-z]/;
/** Runs of lower case with a leading capital, capitals, digits, line breaks, other characters; single spaces belong to what follows. */
const PIECES = /[A-Z]?[a-z]+|[A-Z]+|\d+|\n+|[^\x00-\x7f]+|[^\sA-Za-z0-9\x80-\uffff]+/g;
