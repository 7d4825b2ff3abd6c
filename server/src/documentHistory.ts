import type { OverlayFeed } from './collector/overlayFeed.js';
import type { DeployedFile } from './collector/facts.js';
import type { DeployedTexts, GitTrouble } from './git/deployedTexts.js';
import type { OpenDocument } from './openDocument.js';

/** Looks up in git what an open document was when it was deployed: its texts, and its paths. Readers never wait for it. */
export class DocumentHistory {
  readonly #document: OpenDocument;
  readonly #texts: DeployedTexts;
  readonly #feed: OverlayFeed;
  readonly #onLearned: () => void;
  /** Revisions for which former paths were looked up. */
  readonly #revisions = new Set<string>();
  #formerPaths: readonly string[] = [];
  #trouble: GitTrouble | undefined;
  #troubleOf = '';
  #isRunning = false;
  #isClosed = false;

  /** @param onLearned called when the document's facts may be others now */
  constructor(document: OpenDocument, texts: DeployedTexts, feed: OverlayFeed, onLearned: () => void) {
    this.#document = document;
    this.#texts = texts;
    this.#feed = feed;
    this.#onLearned = onLearned;
  }

  /** The deployments that reported the file, at the path that it has or had; undefined until they were read. */
  get candidates(): readonly DeployedFile[] | undefined {
    return this.#feed.deployments(this.path);
  }

  /** The path under which it is known: its own, else one that it had. */
  get path(): string {
    const isKnown = (path: string) => (this.#feed.deployments(path)?.length ?? 0) > 0;
    const own = this.#document.path;
    return isKnown(own) ? own : (this.#formerPaths.find(isKnown) ?? own);
  }

  /** What keeps git from telling how the file was when it was deployed, as far as that has been looked up. */
  get trouble(): GitTrouble | undefined {
    return this.#trouble;
  }

  /** Looks up what has not been looked up yet. */
  async update(): Promise<void> {
    const { candidates } = this;
    if (this.#isRunning || this.#isClosed || !candidates) return;
    this.#isRunning = true;
    try {
      if (candidates.length === 0) await this.#findFormerPaths();
      else if (await this.#document.learnTexts(this.#texts, candidates)) this.#onLearned();
      await this.#findTrouble(candidates);
    } finally {
      this.#isRunning = false;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const path of this.#formerPaths) this.#feed.close(path);
  }

  /** Only for texts that git would have to know. */
  async #findTrouble(candidates: readonly DeployedFile[]): Promise<void> {
    const unknown = candidates.filter((file) => !this.#document.knowsText(file));
    const revisions = unknown.map(({ deployment }) => deployment.revision);
    const key = revisions.join(' ');
    if (key === this.#troubleOf || this.#isClosed) return;
    this.#troubleOf = key;
    const found = unknown.length === 0 ? undefined : await this.#texts.trouble(this.#document.path, revisions);
    if (found?.kind === this.#trouble?.kind) return;
    this.#trouble = found;
    this.#onLearned();
  }

  async #findFormerPaths(): Promise<void> {
    const revisions = this.#feed.state.services.map(({ deployment }) => deployment.revision);
    const unseen = [...new Set(revisions)].filter((revision) => revision !== '' && !this.#revisions.has(revision));
    if (unseen.length === 0) return;
    for (const revision of unseen) this.#revisions.add(revision);
    const found = await this.#texts.formerPaths(this.#document.path, unseen);
    const paths = found.filter((path) => !this.#formerPaths.includes(path));
    if (this.#isClosed || paths.length === 0) return;
    this.#formerPaths = [...this.#formerPaths, ...paths];
    for (const path of paths) this.#feed.open({ path, contentHash: this.#document.contentHash });
  }
}
