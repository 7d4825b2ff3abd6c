import { resolve } from 'node:path';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { GitRepository } from '@hindcast/server/git/gitRepository';
import { CaseStore } from '@hindcast/server/loop/caseStore';
import { Grammars } from '@hindcast/server/source/grammars';
import type { Terminal } from '../command.js';
import { accessOption, collectorOption, type ConnectionValues } from '../options.js';

/** What the commands of the loop work with. */
export interface LoopSources {
  /** Of the repository, or the folder where there is none. */
  readonly root: string;
  readonly repository: GitRepository | undefined;
  readonly grammars: Grammars;
  readonly client: CollectorClient;
  readonly cases: CaseStore;
}

/** Runs with a client that is closed at the end. @throws UsageError for an address that is none, and for files that cannot be read */
export async function withLoopSources<T>(
  values: ConnectionValues & { readonly root?: string | undefined },
  terminal: Terminal,
  use: (sources: LoopSources) => Promise<T>,
): Promise<T> {
  const folder = resolve(terminal.workingFolder, values.root ?? '.');
  const client = new CollectorClient(collectorOption(values.collector, terminal), accessOption(values, terminal));
  try {
    const repository = await GitRepository.around(folder);
    const root = repository?.root ?? folder;
    return await use({ root, repository, client, grammars: new Grammars(), cases: new CaseStore(root) });
  } finally {
    client.close();
  }
}
