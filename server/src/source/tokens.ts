import type { CommentStyle } from './sourceFunction.js';

const SPACE = /\s+/y;
const WORD = /[\p{L}\p{N}_$@]+/uy;
const LINE_END = /[^\n]*/y;
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const QUOTED: Readonly<Record<string, RegExp>> = {
  '"': /"(?:[^"\\\n]|\\[\s\S])*"/y,
  "'": /'(?:[^'\\\n]|\\[\s\S])*'/y,
  '`': /`(?:[^`\\]|\\[\s\S])*`/y,
};
const TRIPLE_QUOTED: Readonly<Record<string, RegExp>> = {
  '"': /"""[\s\S]*?"""/y,
  "'": /'''[\s\S]*?'''/y,
};
/** After these a `/` begins a regular expression, after anything else it divides. */
const BEFORE_EXPRESSION = new Set(
  '( , = : [ ! & | ? { } ; + - * % ~ ^ < > return typeof case in of await yield'.split(' '),
);

/**
 * The words, literals and signs of a piece of program, without what a formatter may change: white space, comments, semicolons
 * at line ends, trailing commas, the kind of quotes, parentheses around the only parameter of an arrow. A lexer for all
 * languages at once: where it reads a piece wrongly it reads it wrongly on both sides of a comparison.
 */
export function tokensOf(text: string, comments: CommentStyle): string[] {
  const tokens: string[] = [];
  const at = (pattern: RegExp, index: number): string | undefined => {
    pattern.lastIndex = index;
    return pattern.exec(text)?.[0];
  };
  for (let index = 0; index < text.length;) {
    const first = text.charAt(index);
    const space = at(SPACE, index);
    const comment = space ? undefined : commentAt(text, index, comments, at);
    if (space ?? comment) {
      index += (space ?? comment ?? '').length;
      continue;
    }
    const isRegularExpression =
      first === '/' && comments !== 'hash' && (tokens.length === 0 || BEFORE_EXPRESSION.has(tokens.at(-1) ?? ''));
    const literal =
      (comments === 'slash' ? undefined : TRIPLE_QUOTED[first] && at(TRIPLE_QUOTED[first], index)) ??
      (QUOTED[first] && at(QUOTED[first], index)) ??
      (isRegularExpression ? at(REGULAR_EXPRESSION, index) : undefined);
    const token = literal ?? at(WORD, index) ?? String.fromCodePoint(text.codePointAt(index) ?? 0);
    index += token.length;
    if (token === ';' && /^[ \t]*(?:$|[\r\n}]|\/[/*])/.test(text.slice(index, index + 80))) continue;
    add(tokens, literal === undefined ? token : withPlainQuotes(token));
  }
  return tokens;
}

function commentAt(
  text: string,
  index: number,
  comments: CommentStyle,
  at: (pattern: RegExp, index: number) => string | undefined,
): string | undefined {
  if (comments !== 'slash' && text[index] === '#' && text[index + 1] !== '[') return at(LINE_END, index);
  if (comments === 'hash' || text[index] !== '/') return undefined;
  if (text[index + 1] === '/') return at(LINE_END, index);
  if (text[index + 1] !== '*') return undefined;
  const end = text.indexOf('*/', index + 2);
  return end < 0 ? undefined : text.slice(index, end + 2);
}

/** Adds a token, and takes back what it shows to be a matter of taste. */
function add(tokens: string[], token: string): void {
  const last = tokens.length - 1;
  if (/^[)\]}]$/.test(token) && tokens[last] === ',') tokens.pop();
  if (token === '>' && tokens[last] === '=' && tokens[last - 1] === ')' && tokens[last - 3] === '(') {
    const parameter = tokens[last - 2] ?? '';
    if (/^[\p{L}_$]/u.test(parameter)) tokens.splice(last - 3, 3, parameter);
  }
  tokens.push(token);
}

function withPlainQuotes(literal: string): string {
  const quote = literal[0];
  if (quote !== "'" && quote !== '"') return literal;
  return `"${literal.slice(1, -1).replaceAll("\\'", "'").replaceAll('\\"', '"')}"`;
}
