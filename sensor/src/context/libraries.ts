/** Changes to a library's module when it is loaded: given its exports, gives what to export instead. */
export type Patch = (exports: unknown, require: (id: string) => unknown) => unknown;

/** Key in the global registry of symbols: where ES modules of libraries show themselves. */
export const LIBRARY_LOADED = 'hindcast.libraryLoaded';

/** Patches by where a library's file lies: its package and the path in it. */
export class Libraries {
  readonly #patches = new Map<string, Patch>();

  constructor() {
    Object.defineProperty(globalThis, Symbol.for(LIBRARY_LOADED), {
      value: (file: unknown, namespace: unknown) => this.#loadedModule(file, namespace),
    });
  }

  /** `file`: `router/lib/layer.js`. */
  add(file: string, patch: Patch): void {
    this.#patches.set(file, patch);
  }

  /** A module of Node itself is about to be used for the first time: `node:sqlite`. Never throws. */
  loadedBuiltin(name: string): void {
    try {
      const patch = this.#patches.get(name);
      if (!patch) return;
      this.#patches.delete(name);
      const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown };
      if (getBuiltinModule) patch(getBuiltinModule(name), () => undefined);
    } catch {
      // As below.
    }
  }

  /** A CommonJS module has run. Never throws. */
  loaded(module: unknown, filename: string): void {
    try {
      const at = filename.lastIndexOf('node_modules');
      if (at < 0) return;
      const patch = this.#patches.get(filename.slice(at + 'node_modules/'.length).replaceAll('\\', '/'));
      if (!patch) return;
      const { exports, require } = module as { exports: unknown; require: (id: string) => unknown };
      const replaced = patch(exports, (id) => Reflect.apply(require, module, [id]));
      if (replaced !== exports) (module as { exports: unknown }).exports = replaced;
    } catch {
      // A version that we do not know is left as it is.
    }
  }

  /** An ES module has run; its exports can be looked at, not replaced. */
  #loadedModule(file: unknown, namespace: unknown): void {
    try {
      if (typeof file === 'string') this.#patches.get(file)?.(namespace, () => undefined);
    } catch {
      // As above.
    }
  }
}
