/** One file of a patch. */
export interface PatchedFile {
  /** Undefined for a file that the patch adds. */
  readonly oldPath: string | undefined;
  /** Undefined for one that it removes. */
  readonly newPath: string | undefined;
  readonly isBinary: boolean;
  readonly isSubmodule: boolean;
  readonly hunks: readonly Hunk[];
}

/** Lines without their ends; the counts of the header decide how many there are, whatever they look like. */
export interface Hunk {
  /** 1-based; for a hunk that takes nothing out the line before. */
  readonly oldStart: number;
  readonly older: readonly string[];
  readonly newer: readonly string[];
}

/** A patch that makes no sense; the message says which line. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** Reads unified diffs: of git, of `diff -u`, several one after the other, with mail around them. @throws PatchError */
export function parsePatch(text: string): readonly PatchedFile[] {
  const lines = text.split('\n');
  const files: PatchedFile[] = [];
  let current: { -readonly [Key in keyof PatchedFile]: PatchedFile[Key] } | undefined;
  let hunks: Hunk[] = [];
  const open = (oldPath: string | undefined, newPath: string | undefined) => {
    hunks = [];
    current = { oldPath, newPath, isBinary: false, isSubmodule: false, hunks };
    files.push(current);
  };
  let isInGitHeader = false;
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').replace(/\r$/, '');
    const git = /^diff --git (.+)$/.exec(line);
    if (git) {
      const paths = gitPaths(git[1] ?? '');
      open(paths?.[0], paths?.[1]);
      isInGitHeader = true;
    } else if (HUNK.test(line)) {
      if (!current)
        throw new PatchError(`line ${at + 1} of the patch changes no file: a --- and a +++ line must come first.`);
      const { hunk, next } = readHunk(lines, at);
      hunks.push(hunk);
      at = next - 1;
      isInGitHeader = false;
    } else if (line.startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ ')) {
      const [older, newer] = [pathOf(line.slice(4)), pathOf((lines[at + 1] ?? '').replace(/\r$/, '').slice(4))];
      if (!isInGitHeader || !current) open(older, newer);
      else Object.assign(current, { oldPath: older, newPath: newer });
      isInGitHeader = false;
      at++;
    } else if (current && isInGitHeader) readHeader(current, line);
  }
  return files.filter((file) => file.oldPath !== undefined || file.newPath !== undefined);
}

function readHeader(file: { -readonly [Key in keyof PatchedFile]: PatchedFile[Key] }, line: string): void {
  const [, field = '', value = ''] =
    /^(new file mode|deleted file mode|rename from|rename to|copy from|copy to|old mode|new mode|index) (.*)$/.exec(
      line,
    ) ?? [];
  if (/^(?:new|deleted) file mode$/.test(field) && value.startsWith('160000')) file.isSubmodule = true;
  if (field === 'index' && value.endsWith(' 160000')) file.isSubmodule = true;
  if (field === 'new file mode') file.oldPath = undefined;
  if (field === 'deleted file mode') file.newPath = undefined;
  if (field === 'rename from') file.oldPath = unquoted(value);
  if (field === 'copy from') file.oldPath = undefined;
  if (field === 'rename to' || field === 'copy to') file.newPath = unquoted(value);
  if (/^GIT binary patch$|^Binary files .* differ$/.test(line)) file.isBinary = true;
}

function readHunk(lines: readonly string[], at: number): { hunk: Hunk; next: number } {
  const [, oldStart = '0', oldCount = '1', , newCount = '1'] = HUNK.exec(lines[at] ?? '') ?? [];
  let [older, newer] = [Number(oldCount), Number(newCount)];
  const hunk = { oldStart: Number(oldStart), older: [] as string[], newer: [] as string[] };
  let next = at + 1;
  for (; older > 0 || newer > 0; next++) {
    const line = lines[next];
    if (line === undefined) throw new PatchError(`the patch ends within the hunk of its line ${at + 1}.`);
    const body = line.slice(1).replace(/\r$/, '');
    const sign = line.charAt(0);
    if (sign === '\\') continue;
    // Mailers take the blank away from an empty line.
    if (sign === ' ' || sign === '' || sign === '\r') {
      hunk.older.push(body);
      hunk.newer.push(body);
      older--;
      newer--;
    } else if (sign === '-') {
      hunk.older.push(body);
      older--;
    } else if (sign === '+') {
      hunk.newer.push(body);
      newer--;
    } else throw new PatchError(`line ${next + 1} of the patch is none of a hunk.`);
    if (older < 0 || newer < 0) throw new PatchError(`the hunk of line ${at + 1} has more lines than it says.`);
  }
  return { hunk, next };
}

/** What a patch makes of a text with lines that end in `\n`; undefined when a hunk fits nowhere. */
export function applyHunks(text: string, hunks: readonly Hunk[]): string | undefined {
  const lines = text.split('\n');
  let shift = 0;
  for (const { oldStart, older, newer } of hunks) {
    const wanted = Math.max(0, oldStart - (older.length === 0 ? 0 : 1)) + shift;
    const at = placeOf(lines, older, wanted);
    if (at === undefined) return undefined;
    lines.splice(at, older.length, ...newer);
    shift += newer.length - older.length + (at - wanted);
  }
  return lines.join('\n');
}

/** Where the lines are: as near as possible to where they should be. */
function placeOf(lines: readonly string[], older: readonly string[], wanted: number): number | undefined {
  const fits = (at: number) =>
    at >= 0 && at + older.length <= lines.length && older.every((line, index) => lines[at + index] === line);
  if (older.length === 0) return Math.min(wanted, lines.length);
  const middle = Math.max(0, Math.min(wanted, lines.length - older.length));
  for (let distance = 0; distance <= lines.length; distance++) {
    if (fits(middle - distance)) return middle - distance;
    if (fits(middle + distance)) return middle + distance;
  }
  return undefined;
}

/** The two paths of `diff --git a/x b/x`: quoted, or the same on both sides. */
function gitPaths(text: string): [string, string] | undefined {
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/.exec(text);
  if (quoted) return [withoutPrefix(unquoted(quoted[1] ?? '')), withoutPrefix(unquoted(quoted[2] ?? ''))];
  const half = (text.length - 1) / 2;
  const [older, newer] = [text.slice(0, half), text.slice(half + 1)];
  return withoutPrefix(older) === withoutPrefix(newer) ? [withoutPrefix(older), withoutPrefix(newer)] : undefined;
}

/** A path of a `---` or `+++` line, without the time that `diff` puts behind it. */
function pathOf(text: string): string | undefined {
  const path = unquoted(text.replace(/\t.*$/, ''));
  return path === '/dev/null' ? undefined : withoutPrefix(path);
}

function withoutPrefix(path: string): string {
  return path.replace(/^[abciow]\//, '');
}

/** Git quotes paths with unusual bytes as C does, the bytes of UTF-8 in octal. */
function unquoted(path: string): string {
  if (!path.startsWith('"') || !path.endsWith('"')) return path;
  const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
  const bytes: number[] = [];
  for (const [, octal, letter, plain] of path.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0));
    else bytes.push(...Buffer.from(plain ?? '', 'utf8'));
  }
  return Buffer.from(bytes).toString('utf8');
}
