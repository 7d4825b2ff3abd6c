/** One file that differs between two trees, as `git diff --raw -z` lists it. */
export interface RawChange {
  readonly status: 'added' | 'changed' | 'removed';
  /** From the repository's root; the same unless the file was renamed. */
  readonly oldPath: string;
  readonly newPath: string;
  /** Six octal digits; `000000` where there is no file. */
  readonly oldMode: string;
  readonly newMode: string;
  /** Object ids; all zeros where git has not looked, as for files of the working tree. */
  readonly oldBlob: string;
  readonly newBlob: string;
}

const HEAD = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/;

/**
 * Reads what `git diff --raw --no-abbrev -z` prints. Names are between NUL bytes, so that nothing in one can be taken for anything else.
 * A copied file is an added one: the file that it was copied from is as it was.
 */
export function parseRawDiff(output: string): readonly RawChange[] {
  const parts = output.split('\0');
  const found: RawChange[] = [];
  for (let at = 0; at + 1 < parts.length;) {
    const [, oldMode = '', newMode = '', oldBlob = '', newBlob = '', letter = ''] = HEAD.exec(parts[at] ?? '') ?? [];
    if (letter === '') {
      at++;
      continue;
    }
    const isPair = letter === 'R' || letter === 'C';
    const oldPath = parts[at + 1] ?? '';
    const newPath = isPair ? (parts[at + 2] ?? '') : oldPath;
    at += isPair ? 3 : 2;
    const status = letter === 'A' || letter === 'C' ? 'added' : letter === 'D' ? 'removed' : 'changed';
    found.push({
      status,
      oldPath: letter === 'C' ? newPath : oldPath,
      newPath,
      oldMode: letter === 'C' ? '000000' : oldMode,
      newMode,
      oldBlob: letter === 'C' ? '0'.repeat(oldBlob.length) : oldBlob,
      newBlob,
    });
  }
  return found;
}
