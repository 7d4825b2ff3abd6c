import type { AgentCallContext } from './agentTool.js';
import type { AgentAnswer } from './answer.js';
import { askTool } from './askTool.js';
import type { AskSources } from './runtimeFacts.js';

/** Of several folders that are open together: at least one. */
export type FolderSources = readonly [AskSources, ...AskSources[]];

/** The answer of the first folder that has one; where none has, the first folder's, which says what is missing. @throws what `askTool` throws */
export async function askFolders(
  tool: string,
  input: unknown,
  [first, ...others]: FolderSources,
  context: AgentCallContext,
): Promise<{ readonly answer: AgentAnswer; readonly folder: string }> {
  const answer = await askTool(tool, input, first, context);
  if (answer.structured.results.length > 0) return { answer, folder: first.workspace.root };
  for (const sources of others) {
    const other = await askTool(tool, input, sources, context);
    if (other.structured.results.length > 0) return { answer: other, folder: sources.workspace.root };
  }
  return { answer, folder: first.workspace.root };
}
