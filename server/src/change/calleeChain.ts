/** Longer callees are generated. */
const MAX_CALLEE = 400;

/**
 * What is called as a dotted path, whatever the language: `this.pool.query` of `this.pool!.query`, `db.select.from` of
 * `db.select({ id }).from`, `Cart.load` of `Cart::load`. Arguments, indexes and type arguments are left out; undefined when no name is left.
 */
export function calleeChain(callee: string): string | undefined {
  if (callee.length > MAX_CALLEE * 10) return undefined;
  let text = '';
  let depth = 0;
  for (let index = 0; index < callee.length; index++) {
    const char = callee.charAt(index);
    if (char === '"' || char === "'" || char === '`') {
      index = endOfString(callee, index);
      continue;
    }
    if (char === '/' && (callee[index + 1] === '/' || callee[index + 1] === '*')) {
      const end = callee[index + 1] === '/' ? callee.indexOf('\n', index) : callee.indexOf('*/', index) + 1;
      if (end <= 0) break;
      index = end;
      continue;
    }
    if ('([{'.includes(char)) {
      // What a path begins with in parentheses is a part of it: `(await db()).query`.
      if (text.trim() === '' && char === '(') continue;
      depth++;
    } else if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
    else if (depth === 0) text += char;
  }
  const names = text
    .replace(/^\s*(?:await|new|yield|void)\s+/, '')
    .replace(/<[^<>]*(?:<[^<>]*>[^<>]*)*>/g, '')
    .replace(/\?\.|->|::|\?->|!\./g, '.')
    .match(/[\p{L}\p{N}_$#@]+[?!]?/gu);
  const chain = names?.map((name) => name.replace(/^\$(?=[\p{L}_])/u, '').replace(/!$/, '')).join('.');
  return chain === undefined || chain === '' || chain.length > MAX_CALLEE ? undefined : chain;
}

function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === quote) return index;
  }
  return text.length;
}
