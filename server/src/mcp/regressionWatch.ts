import type { CollectorClient } from '../collector/collectorClient.js';

/** Findings are compared at most so often. */
const ASK_EVERY_MS = 30_000;
const RETRY_MS = 15_000;
const SCOPE = { windowSeconds: 86_400 };

/** Tells when the findings are others than they were. Asks only after numbers have changed, and while someone wants to know. */
export class RegressionWatch {
  readonly #client: CollectorClient | undefined;
  readonly #onChange: () => void;
  #stop: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #known: string | undefined;

  /** @param client undefined: nothing ever changes */
  constructor(client: CollectorClient | undefined, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  start(): void {
    if (this.#stop || !this.#client) return;
    this.#stop = this.#client.watch(
      SCOPE,
      () => this.#soon(this.#known === undefined ? 0 : ASK_EVERY_MS, () => void this.#ask()),
      () => {
        this.#stop = undefined;
        this.#soon(RETRY_MS, () => this.start());
      },
    );
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #soon(delayMs: number, work: () => void): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      work();
    }, delayMs);
    this.#timer.unref();
  }

  async #ask(): Promise<void> {
    try {
      const found = await this.#client?.listFindings({}, SCOPE);
      const now = (found?.findings ?? []).map(({ id, state }) => `${id} ${state}`).join('\n');
      if (this.#known !== undefined && now !== this.#known) this.#onChange();
      this.#known = now;
    } catch {
      // The stream ends when the collector does; it is asked again after that.
    }
  }
}
