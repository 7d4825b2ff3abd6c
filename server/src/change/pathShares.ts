import type { CriticalPath } from '../collector/criticalPath.js';
import { entryPointText } from '../present/entryPointText.js';
import type { DeployedFunction } from './exposure.js';

/** A function's part in one entry point's end-to-end time, its own waits included. */
export interface PathShare {
  readonly entryService: string;
  /** As people read it. */
  readonly entryPoint: string;
  /** 0..1 */
  readonly share: number;
  /** For each call of the entry point. */
  readonly savesAtMostSeconds: number;
}

/** Which functions the critical paths of some services' entry points go through. */
export class PathShares {
  readonly #parts = new Map<string, PathShare[]>();

  constructor(paths: readonly CriticalPath[]) {
    for (const path of paths) {
      const own = new Map<string, PathShare>();
      for (const { service, filePath, id, share, savesAtMostSeconds } of path.parts) {
        if (!id) continue;
        const key = JSON.stringify([service, filePath, id.name, id.line]);
        const known = own.get(key);
        own.set(key, {
          entryService: path.service,
          entryPoint: entryPointText(path.entryPoint),
          share: Math.min(1, (known?.share ?? 0) + share),
          savesAtMostSeconds: (known?.savesAtMostSeconds ?? 0) + savesAtMostSeconds,
        });
      }
      for (const [key, part] of own) this.#parts.set(key, [...(this.#parts.get(key) ?? []), part]);
    }
  }

  /** The largest share that the function has of any entry point. */
  largest(counted: readonly DeployedFunction[]): PathShare | undefined {
    const [best] = this.#partsOf(counted).sort((a, b) => b.share - a.share || (a.entryPoint < b.entryPoint ? -1 : 1));
    return best;
  }

  /** Its share of one entry point's time. */
  of(counted: readonly DeployedFunction[], service: string, entryPoint: string): number | undefined {
    return this.#partsOf(counted).find((part) => part.entryService === service && part.entryPoint === entryPoint)
      ?.share;
  }

  #partsOf(counted: readonly DeployedFunction[]): PathShare[] {
    const keys = new Set(
      counted.map(({ deployment, filePath, facts }) =>
        JSON.stringify([deployment.service, filePath, facts.id.name, facts.id.line]),
      ),
    );
    return [...keys].flatMap((key) => this.#parts.get(key) ?? []);
  }
}
