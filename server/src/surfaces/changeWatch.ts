import type { Assessment } from '@hindcast/core/assess/assessment';
import { riskLevel } from '@hindcast/core/assess/risk';
import type { Logger } from '@hindcast/core/logger';
import type { ChangeStatus } from '@hindcast/proto/changeMessages';
import { doesOtherwise, sinceText } from '../present/changeText.js';
import type { FileChange } from './overlayContext.js';

/** Pauses of the assessment, milliseconds. */
export interface ChangeTiming {
  /** So long must the text stay as it is. */
  readonly quietMs: number;
  /** Turning to another document alone makes it look this often. */
  readonly lookedMs: number;
  /** New numbers alone are looked at this often. */
  readonly numbersMs: number;
  /** After an assessment this many times as long as it took is left to everything else: large changes are looked at less often. */
  readonly restFactor: number;
  /** An assessment that takes longer is given up. */
  readonly deadlineMs: number;
}

export const defaultChangeTiming: ChangeTiming = {
  quietMs: 800,
  lookedMs: 5_000,
  numbersMs: 60_000,
  restFactor: 4,
  deadlineMs: 60_000,
};

/** What the assessment needs from the language server. Read anew for every one. */
export interface ChangePorts {
  /** Whether it is wanted, and git may be run. */
  readonly isWanted: () => boolean;
  /** Roots of the repositories that are open, absolute, with `/`. */
  readonly repositories: () => Promise<readonly string[]>;
  /** Assesses a repository's working tree, with what is being edited. @throws Error whose message says what is wrong */
  readonly assess: (root: string, signal: AbortSignal) => Promise<Assessment>;
  /** The versions that production runs, by commit. */
  readonly versions: () => ReadonlyMap<string, string>;
  /** Called when there is something else to see. */
  readonly onChanged: () => void;
  readonly logger: Logger;
}

/** What was found out about one repository. */
export interface RepositoryAssessment {
  /** Absolute, with `/`. */
  readonly root: string;
  readonly assessment: Assessment;
  readonly since: string;
}

/**
 * The change that is being made, assessed in the background: when typing pauses, and now and then when the numbers are others. Readers
 * never wait for it; a new edit ends an assessment that is still under way.
 */
export class ChangeWatch {
  readonly #ports: ChangePorts;
  readonly #timing: ChangeTiming;
  #found: readonly RepositoryAssessment[] = [];
  #text = '';
  #problem = '';
  #isAssessed = false;
  #revision = 0;
  #timer: NodeJS.Timeout | undefined;
  #abort: AbortController | undefined;
  #endedAtMs = -Infinity;
  #tookMs = 0;
  #isStopped = false;

  constructor(ports: ChangePorts, timing: ChangeTiming = defaultChangeTiming) {
    this.#ports = ports;
    this.#timing = timing;
  }

  /** Those where something differs, the riskiest first. */
  get found(): readonly RepositoryAssessment[] {
    return this.#found;
  }

  /** Whether the first assessment is made. */
  get isAssessed(): boolean {
    return this.#isAssessed;
  }

  /** Why nothing could be assessed, one sentence; else empty. */
  get problem(): string {
    return this.#problem;
  }

  /** Something was edited: looks once typing pauses. */
  soon(): void {
    if (this.#isStopped || !this.#ports.isWanted()) return;
    clearTimeout(this.#timer);
    // What is under way looks at a text that is no more.
    this.#abort?.abort();
    const restMs = this.#endedAtMs + this.#tookMs * this.#timing.restFactor - performance.now();
    this.#timer = setTimeout(() => void this.#run(), Math.max(this.#timing.quietMs, restMs)).unref();
  }

  /** The numbers are others: looks when the last look was long ago, and there is a change at all. */
  numbersChanged(): void {
    if (this.#timer || this.#abort) return;
    const isDue = performance.now() - this.#endedAtMs >= this.#timing.numbersMs;
    if (!this.#isAssessed || (isDue && this.#found.length > 0)) this.soon();
  }

  /** Someone turned to another document: what other programs wrote is seen by now. */
  looked(): void {
    if (performance.now() - this.#endedAtMs >= this.#timing.lookedMs) this.soon();
  }

  /** It is not wanted any more, or wanted anew. */
  reset(): void {
    this.#cancel();
    this.#isAssessed = false;
    this.#set([], '');
    this.soon();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** What differs in a file. @param path absolute, with `/` */
  ofFile(path: string): FileChange | undefined {
    for (const { root, assessment, since } of this.#found) {
      if (!path.startsWith(`${root}/`)) continue;
      const file = path.slice(root.length + 1);
      const functions = assessment.functions.filter((own) => own.file === file);
      if (functions.length > 0) return { functions, assessment, since };
    }
    return undefined;
  }

  /** What the status says; undefined until something was assessed. */
  status(isInStatusItem: boolean): ChangeStatus | undefined {
    if (!this.#isAssessed) return undefined;
    const [riskiest] = this.#found;
    const risk = riskiest?.assessment.risk ?? 0;
    const differing = this.#found.flatMap(({ assessment }) => assessment.functions.filter(doesOtherwise));
    return {
      revision: this.#revision,
      isInStatusItem,
      risk: Math.round(risk),
      level: riskLevel(risk),
      functions: differing.length,
      since: riskiest?.since ?? '',
    };
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort?.abort();
    this.#abort = undefined;
  }

  async #run(): Promise<void> {
    this.#cancel();
    const abort = new AbortController();
    const begunAtMs = performance.now();
    this.#abort = abort;
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(this.#timing.deadlineMs)]);
    const found: RepositoryAssessment[] = [];
    let problem = '';
    try {
      for (const root of await this.#ports.repositories()) {
        signal.throwIfAborted();
        try {
          const assessment = await this.#ports.assess(root, signal);
          const since = sinceText(assessment, this.#ports.versions());
          if (assessment.filesChanged > 0) found.push({ root, assessment, since });
        } catch (error) {
          if (signal.aborted) throw error;
          problem = error instanceof Error ? error.message : String(error);
          // What was found out before is not worth less because the collector is away.
          const known = this.#found.find((one) => one.root === root);
          if (known) found.push(known);
          this.#ports.logger.debug(`The change in ${root} was not assessed: ${problem}`);
        }
      }
      if (abort.signal.aborted) return;
      this.#isAssessed = true;
      this.#set(found, problem);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#isAssessed = true;
      this.#ports.logger.debug(`The change was not assessed: ${String(error)}`);
      const late = 'The change takes too long to assess here; hindcast assess on the command line takes its time.';
      this.#set(this.#found, signal.aborted ? late : String(error));
    } finally {
      this.#endedAtMs = performance.now();
      this.#tookMs = this.#endedAtMs - begunAtMs;
      if (this.#abort === abort) this.#abort = undefined;
    }
  }

  #set(found: readonly RepositoryAssessment[], problem: string): void {
    const text = JSON.stringify([this.#isAssessed, found, problem]);
    if (text === this.#text) return;
    this.#text = text;
    this.#found = [...found].sort((a, b) => b.assessment.risk - a.assessment.risk);
    this.#problem = problem;
    this.#revision++;
    this.#ports.onChanged();
  }
}
