import { resolve } from 'node:path';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { SnapshotReader } from '@hindcast/server/collector/snapshotReader';
import { DeployedTexts } from '@hindcast/server/git/deployedTexts';
import { Grammars } from '@hindcast/server/source/grammars';
import type { FolderSources } from '@hindcast/server/agents/askFolders';
import type { AskSources } from '@hindcast/server/agents/runtimeFacts';
import { WorkspaceSource } from '@hindcast/server/agents/workspaceSource';
import type { Terminal } from './command.js';
import { accessOption, collectorOption, connectionHelp, connectionOptions, type ConnectionValues } from './options.js';

/** The flags of commands that answer agents' questions, for `parseOptions`. */
export const sourceOptions = { snapshot: { type: 'string' }, ...connectionOptions } as const;

/** What `--help` says of them. */
export const sourceHelp = `  --snapshot FILE        answer from this file of hindcast snapshot instead of asking a collector; without it, hindcast.snapshot
                         at the repository's root answers when no collector does
${connectionHelp}`;

/** Values of `sourceOptions`. */
export type SourceValues = ConnectionValues & { readonly snapshot?: string | undefined };

/** What agents' questions about one repository are answered from. @throws UsageError for an address that is none, and for files that cannot be read */
export function agentSources(
  root: string,
  values: SourceValues,
  terminal: Terminal,
): { readonly sources: AskSources; readonly close: () => void } {
  const { sources, close } = folderSources([root], values, terminal);
  return { sources: sources[0], close };
}

/** The same of several, in the order of their roots. @throws UsageError as `agentSources` */
export function folderSources(
  [first, ...others]: readonly [string, ...string[]],
  values: SourceValues,
  terminal: Terminal,
): { readonly sources: FolderSources; readonly close: () => void } {
  const client = new CollectorClient(collectorOption(values.collector, terminal), accessOption(values, terminal));
  const grammars = new Grammars();
  const texts = new DeployedTexts(grammars);
  const { snapshot } = values;
  const chosen = snapshot === undefined ? undefined : SnapshotReader.of(resolve(terminal.workingFolder, snapshot));
  const sourcesOf = (root: string) => ({
    ...{ client: chosen ? undefined : client, texts, nowMs: () => Date.now() },
    snapshot: { reader: chosen ?? SnapshotReader.around(root), because: 'which was chosen instead of a collector' },
    workspace: new WorkspaceSource(root, grammars),
  });
  return { sources: [sourcesOf(first), ...others.map(sourcesOf)], close: () => client.close() };
}
