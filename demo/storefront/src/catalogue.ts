import type { JsonClient } from './jsonClient.js';
import type { Product } from './types.js';

const CATEGORIES_TTL_MS = 30_000;

/** What can be bought: the inventory's products, and its categories kept for half a minute. */
export class Catalogue {
  readonly #inventory: JsonClient;
  #categories: { names: string[]; loadedAt: number } | undefined;

  constructor(inventory: JsonClient) {
    this.#inventory = inventory;
  }

  async list(page: number): Promise<Product[]> {
    return (await this.#inventory.get(`/products?page=${page}`)) as Product[];
  }

  async find(id: number): Promise<Product> {
    return (await this.#inventory.get(`/products/${id}`)) as Product;
  }

  /** Products bought together with this one. The inventory works for it. */
  async related(id: number): Promise<Product[]> {
    return (await this.#inventory.get(`/products/${id}/related`)) as Product[];
  }

  async categories(): Promise<string[]> {
    if (!this.#categories || this.#isStale(this.#categories.loadedAt)) {
      const names = (await this.#inventory.get('/categories')) as string[];
      this.#categories = { names, loadedAt: Date.now() };
    }
    return this.#categories.names;
  }

  /** For after an import of products. The import does not call it yet. */
  forgetCategories(): void {
    this.#categories = undefined;
  }

  #isStale(loadedAt: number): boolean {
    return Date.now() - loadedAt > CATEGORIES_TTL_MS;
  }
}
