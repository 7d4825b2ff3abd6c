import { AgentInput, AgentInputError } from './agentInput.js';
import type { AgentAnswer } from './answer.js';
import type { AgentCallContext } from './agentTool.js';
import { fitAnswer } from './fitAnswer.js';
import type { AgentSources } from './runtimeFacts.js';
import { agentTools } from './toolTable.js';

/**
 * Asks one tool. Checks the input, answers, and fits the answer into the budget.
 * @throws AgentInputError for a tool or an input that makes no sense, CollectorClientError when the collector cannot be asked
 */
export async function askTool(
  name: string,
  argument: unknown,
  sources: AgentSources,
  context: AgentCallContext,
): Promise<AgentAnswer> {
  const tool = agentTools.find((each) => each.name === name);
  if (!tool) {
    throw new AgentInputError(
      `there is no tool of this name; there are ${agentTools.map((each) => each.name).join(', ')}.`,
    );
  }
  const input = AgentInput.check(tool.inputSchema, argument);
  context.signal.throwIfAborted();
  // One moment for the whole answer: ages must not differ within it.
  const nowMs = sources.nowMs();
  const draft = await tool.answer(input, { ...sources, nowMs: () => nowMs }, context);
  return fitAnswer(draft, input.number('maxTokens') ?? tool.defaultTokens(input));
}
