import type { OverlayFeed } from './collector/overlayFeed.js';
import type { DeployedFile } from './collector/facts.js';
import type { DeployedTexts } from './git/deployedTexts.js';
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
    const own = this.#feed.deployments(this.#document.path);
    if (own?.length !== 0) return own;
    return (
      this.#formerPaths.map((path) => this.#feed.deployments(path)).find((found) => found && found.length > 0) ?? own
    );
  }

  /** Looks up what has not been looked up yet. */
  async update(): Promise<void> {
    const { candidates } = this;
    if (this.#isRunning || this.#isClosed || !candidates) return;
    this.#isRunning = true;
    try {
      if (candidates.length === 0) await this.#findFormerPaths();
      else if (await this.#document.learnTexts(this.#texts, candidates)) this.#onLearned();
    } finally {
      this.#isRunning = false;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const path of this.#formerPaths) this.#feed.close(path);
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
