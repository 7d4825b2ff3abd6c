import { EventEmitter } from 'vscode';
import type { HindcastClient } from '../hindcastClient.js';

/** One answer of the language server that a view shows: kept, read anew when asked to, and told when it is another one. */
export class PageReader<Page> {
  readonly #changed = new EventEmitter<undefined>();
  #page: Page | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly client: HindcastClient,
    private readonly method: string,
    /** What is shown when the server does not answer. */
    private readonly nothing: Page,
  ) {}

  /** What was read last; reads the first time. */
  async page(): Promise<Page> {
    return this.#page ?? this.#read();
  }

  /** Reads anew; says so only when the answer is another. */
  async refresh(): Promise<void> {
    const before = JSON.stringify(this.#page);
    if (JSON.stringify(await this.#read()) !== before) this.#changed.fire(undefined);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #read(): Promise<Page> {
    try {
      this.#page = await this.client.request<Page>(this.method);
    } catch (error) {
      this.client.log.debug(`${this.method} was not answered: ${String(error)}`);
      this.#page = this.nothing;
    }
    return this.#page;
  }
}
