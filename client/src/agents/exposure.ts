import { workspace } from 'vscode';

/**
 * How models get at the facts: `hindcast.agents.expose`. The default is MCP alone, since agents that run outside of the extension host
 * see MCP servers and no tools of extensions. The tools' `when` in package.json says the same for the tools.
 */
export function exposure(): { readonly mcp: boolean } {
  const value = workspace.getConfiguration('hindcast.agents').get<string>('expose') ?? 'mcp';
  return { mcp: value === 'mcp' || value === 'both' };
}
