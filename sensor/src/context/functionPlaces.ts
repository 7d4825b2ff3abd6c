import type { Declaration, FileLoaded } from '../declarations.js';

export interface FunctionPlace {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** Where each function stands. Files are kept as they were declared and searched only when a function is asked for. */
export class FunctionPlaces {
  readonly #waiting: FileLoaded[] = [];
  readonly #places = new Map<number, FunctionPlace>();

  add(declarations: readonly Declaration[]): void {
    for (const declaration of declarations) if (declaration.kind === 'loaded') this.#waiting.push(declaration);
  }

  of(id: number): FunctionPlace | undefined {
    for (let file = this.#waiting.pop(); file; file = this.#waiting.pop()) {
      for (const { id: own, name, line, column } of file.functions)
        this.#places.set(own, { path: file.path, name, line, column });
    }
    return this.#places.get(id);
  }
}
