import { defaultGitLimits, runGit, tryGit, type GitLimits } from './runGit.js';

/** A file of one commit. */
export interface CommittedFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  /** Git blob id. */
  readonly blob: string;
}

/** Questions whose answers are remembered; the oldest is forgotten first. */
const MAX_REMEMBERED = 512;
const BLOBS_AT_ONCE = 200;

/**
 * What a local repository knows about texts of other times. Every question is answered with undefined when it cannot be: no
 * git, no such commit (a shallow clone), too slow. Answers about commits and blobs never change, and are remembered.
 */
export class GitRepository {
  readonly root: string;
  readonly #limits: GitLimits;
  readonly #answers = new Map<string, Promise<Buffer | undefined>>();
  #isSlow = false;

  private constructor(root: string, limits: GitLimits) {
    this.root = root;
    this.#limits = limits;
  }

  /** The repository around a folder. Only for folders whose owner is trusted: git reads their configuration. */
  static async around(folder: string, limits: GitLimits = defaultGitLimits): Promise<GitRepository | undefined> {
    const root = await runGit(folder, ['rev-parse', '--show-toplevel'], limits);
    const path = root?.toString('utf8').replace(/\r?\n$/, '');
    return path ? new GitRepository(path, limits) : undefined;
  }

  /** Whether an answer took too long or was too large, so that something may be missing. */
  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** Whether only a part of the history was fetched. */
  async isShallow(): Promise<boolean> {
    return (await this.#run(['rev-parse', '--is-shallow-repository']))?.toString('utf8').trim() === 'true';
  }

  /** Whether git keeps this file: it is in the index. */
  async isTracked(path: string): Promise<boolean> {
    return ((await this.#run(['ls-files', '-z', '--', path]))?.length ?? 0) > 0;
  }

  /** Files of a commit that are not in the working tree. */
  async missingFiles(commit: string): Promise<readonly string[]> {
    if (!isObjectId(commit)) return [];
    const args = ['diff', '--no-ext-diff', '--no-textconv', '--no-renames', '--name-only', '-z', '--diff-filter=D'];
    const answer = await this.#run([...args, commit, '--']);
    return (
      answer
        ?.toString('utf8')
        .split('\0')
        .filter((path) => path !== '') ?? []
    );
  }

  /** The commit that a revision names, 40 or 64 hex digits. */
  async commit(revision: string): Promise<string | undefined> {
    if (!isRevision(revision)) return undefined;
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    // A name may stand for another commit tomorrow; an id never does.
    const answer = await (isObjectId(revision) ? this.#ask(args) : this.#run(args));
    return answer?.toString('utf8').trim();
  }

  /** The text of a blob. */
  async blob(id: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{40,64}$/.test(id)) return undefined;
    return (await this.#ask(['cat-file', 'blob', id]))?.toString('utf8');
  }

  /** The texts of many blobs, by id; those that are missing are left out. */
  async blobs(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    const asked = ids.filter(isObjectId);
    for (let start = 0; start < asked.length; start += BLOBS_AT_ONCE) {
      const batch = asked.slice(start, start + BLOBS_AT_ONCE);
      const output = await runGit(this.root, ['cat-file', '--batch'], this.#limits, batch.join('\n'));
      for (const [id, text] of output ? readBatch(output) : []) texts.set(id, text);
    }
    return texts;
  }

  /** The blob id of a file in a commit. */
  async blobAt(commit: string, path: string): Promise<string | undefined> {
    if (!isObjectId(commit) || path === '') return undefined;
    const answer = await this.#ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}:${path}`]);
    return answer?.toString('utf8').trim();
  }

  /** Every file of a commit. */
  async files(commit: string): Promise<readonly CommittedFile[] | undefined> {
    if (!isObjectId(commit)) return undefined;
    const answer = await this.#run(['ls-tree', '-r', '-z', commit]);
    return answer
      ?.toString('utf8')
      .split('\0')
      .flatMap((line) => {
        const [, blob, path] = /^100\d+ blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? [];
        return blob !== undefined && path !== undefined ? [{ path, blob }] : [];
      });
  }

  /**
   * Files that have another path now: older to newer path, as git finds them by their content.
   * @param to a commit; the working tree when absent
   */
  async renames(from: string, to?: string): Promise<ReadonlyMap<string, string> | undefined> {
    if (!isObjectId(from) || (to !== undefined && !isObjectId(to))) return undefined;
    const args = [
      'diff',
      '--no-ext-diff',
      '--no-textconv',
      '--name-status',
      '-z',
      '-M40%',
      '-l2000',
      '--diff-filter=R',
    ];
    const commits = to === undefined ? [from] : [from, to];
    // The working tree changes, commits do not.
    const answer = await (to === undefined
      ? this.#run([...args, ...commits, '--'])
      : this.#ask([...args, ...commits, '--']));
    const parts = answer?.toString('utf8').split('\0');
    if (!parts) return undefined;
    const renamed = new Map<string, string>();
    for (let index = 0; index + 2 < parts.length; index += 3)
      renamed.set(parts[index + 1] ?? '', parts[index + 2] ?? '');
    return renamed;
  }

  /** Whether a file ever had this content in the history of what is checked out. */
  async hadContent(path: string, blob: string): Promise<boolean> {
    if (!isObjectId(blob)) return false;
    const answer = await this.#ask([
      'log',
      '-1',
      '--format=%H',
      '-m',
      `--find-object=${blob}`,
      '--end-of-options',
      'HEAD',
      '--',
      path,
    ]);
    return (answer?.length ?? 0) > 0;
  }

  #ask(args: readonly string[]): Promise<Buffer | undefined> {
    const key = args.join('\0');
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = this.#run(args).then((output) => {
      // What is missing may be fetched.
      if (output === undefined) this.#answers.delete(key);
      return output;
    });
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_REMEMBERED && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }

  async #run(args: readonly string[]): Promise<Buffer | undefined> {
    const outcome = await tryGit(this.root, args, this.#limits);
    if (outcome === 'too-slow' || outcome === 'too-much') this.#isSlow = true;
    return typeof outcome === 'string' ? undefined : outcome;
  }
}

/** Revisions come from what services report: nothing that git could take for an option or an expression. */
function isRevision(revision: string): boolean {
  return /^[0-9A-Za-z_][0-9A-Za-z_./~^-]*$/.test(revision) && !revision.includes('..');
}

function isObjectId(id: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(id);
}

/** What `git cat-file --batch` prints: `<id> blob <bytes>`, a line break, the bytes, a line break; or `<id> missing`. */
function readBatch(output: Buffer): [string, string][] {
  const found: [string, string][] = [];
  for (let at = 0; at < output.length;) {
    const lineEnd = output.indexOf(10, at);
    if (lineEnd < 0) break;
    const [id = '', type, size] = output.toString('utf8', at, lineEnd).split(' ');
    at = lineEnd + 1;
    if (size === undefined) continue;
    const end = at + Number(size);
    if (type === 'blob') found.push([id, output.toString('utf8', at, end)]);
    at = end + 1;
  }
  return found;
}
