/**
 * What a list of globs stands for, as one pattern for paths with `/` that are relative to the root; undefined for an empty list. A
 * glob without `/` stands for files and folders of that name anywhere, one with `/` is read from the root, and a folder stands for
 * all that is in it. `*` and `?` stop at `/`, `**` does not, `{a,b}` is one of them. Globs are separated by commas.
 */
export function globPattern(list: string | undefined): RegExp | undefined {
  const globs = splitList(list ?? '').flatMap(alternatives);
  if (globs.length === 0) return undefined;
  return new RegExp(`^(?:${globs.map(source).join('|')})(?:/|$)`, 'u');
}

/** By commas that are not within braces. */
function splitList(text: string): string[] {
  return text
    .split(/,(?![^{]*\})/)
    .map((glob) =>
      glob
        .trim()
        .replace(/^\.?\//, '')
        .replace(/\/+$/, ''),
    )
    .filter((glob) => glob !== '');
}

/** `a/{b,c}` as `a/b` and `a/c`. */
function alternatives(glob: string): string[] {
  const [whole, before = '', choices = '', after = ''] = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(glob) ?? [];
  if (whole === undefined) return [glob];
  return choices.split(',').flatMap((choice) => alternatives(before + choice + after));
}

function source(glob: string): string {
  const anywhere = glob.includes('/') ? '' : '(?:.*/)?';
  const text = glob.replace(/\*\*\/|\*\*|\*|\?|[\\^$.|+()[\]{}/-]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return anywhere + text;
}
