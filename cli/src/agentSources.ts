import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { DeployedTexts } from '@hindcast/server/git/deployedTexts';
import { Grammars } from '@hindcast/server/source/grammars';
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
  const client = new CollectorClient(collectorOption(values.collector, terminal), accessOption(values, terminal));
  const grammars = new Grammars();
  return {
    sources: {
      client,
      workspace: new WorkspaceSource(root, grammars),
      texts: new DeployedTexts(grammars),
      nowMs: () => Date.now(),
    },
    close: () => client.close(),
  };
}
