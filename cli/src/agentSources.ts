import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { DeployedTexts } from '@hindcast/server/git/deployedTexts';
import { Grammars } from '@hindcast/server/source/grammars';
import type { FolderSources } from '@hindcast/server/agents/askFolders';
import type { AgentSources } from '@hindcast/server/agents/runtimeFacts';
import { WorkspaceSource } from '@hindcast/server/agents/workspaceSource';
import type { Terminal } from './command.js';
import { accessOption, collectorOption, type ConnectionValues } from './options.js';

/** What agents' questions about one repository are answered from. @throws UsageError for an address that is none, and for files that cannot be read */
export function agentSources(
  root: string,
  values: ConnectionValues,
  terminal: Terminal,
): { readonly sources: AgentSources; readonly close: () => void } {
  const { sources, close } = folderSources([root], values, terminal);
  return { sources: sources[0], close };
}

/** The same of several, in the order of their roots. @throws UsageError as `agentSources` */
export function folderSources(
  [first, ...others]: readonly [string, ...string[]],
  values: ConnectionValues,
  terminal: Terminal,
): { readonly sources: FolderSources; readonly close: () => void } {
  const client = new CollectorClient(collectorOption(values.collector, terminal), accessOption(values, terminal));
  const grammars = new Grammars();
  const texts = new DeployedTexts(grammars);
  const sourcesOf = (root: string) => ({
    ...{ client, texts, nowMs: () => Date.now() },
    workspace: new WorkspaceSource(root, grammars),
  });
  return { sources: [sourcesOf(first), ...others.map(sourcesOf)], close: () => client.close() };
}
