import type { ViewProblem } from '@hindcast/proto/viewMessages';
import { CollectorClientError } from '../collector/collectorClientError.js';
import type { CollectorClient, Scope } from '../collector/collectorClient.js';
import type { DeployedTexts } from '../git/deployedTexts.js';
import type { Grammars } from '../source/grammars.js';

/** What views need from the language server. Read anew for every question. */
export interface ViewSource {
  /** Undefined while no collector answers. */
  readonly collector: () => CollectorClient | undefined;
  /** Why there is no collector, or no data: one sentence that says what to do. */
  readonly stateMessage: () => string;
  /** Whether any service reported within the window. */
  readonly hasData: () => boolean;
  readonly scope: () => Scope;
  readonly grammars: () => Grammars;
  /** Undefined where git must not be run. */
  readonly texts: () => DeployedTexts | undefined;
  /** The text of a document that is open in the editor, by its absolute path with `/`. */
  readonly openText: (path: string) => string | undefined;
  /** Absolute paths of the folders that are open, with `/`. */
  readonly folders: () => Promise<readonly string[]>;
}

/** An answer, or what kept it from being one. */
export type Asked<T> = { readonly value: T } | { readonly problem: ViewProblem };

/** Asks the collector. Never rejects, but for mistakes of ours. */
export async function askCollector<T>(
  source: ViewSource,
  question: (collector: CollectorClient, scope: Scope) => Promise<T | undefined>,
): Promise<Asked<T>> {
  const collector = source.collector();
  if (!collector) return { problem: { failure: 'no-collector', message: source.stateMessage() } };
  try {
    const value = await question(collector, source.scope());
    if (value !== undefined) return { value };
    const message = `The collector at ${collector.address} is older than this view: update it, then look again.`;
    return { problem: { failure: 'unsupported', message } };
  } catch (error) {
    if (!(error instanceof CollectorClientError)) throw error;
    return { problem: { failure: error.kind === 'unreachable' ? 'no-collector' : 'refused', message: error.message } };
  }
}

/** That nothing was found because nobody reported; undefined when somebody did. */
export function noData(source: ViewSource): ViewProblem | undefined {
  return source.hasData() ? undefined : { failure: 'no-data', message: source.stateMessage() };
}
