import { CollectorClientError } from '../collector/collectorClientError.js';
import { SnapshotError } from '../collector/snapshotFile.js';
import type { SnapshotReader } from '../collector/snapshotReader.js';
import type { SnapshotSource } from '../collector/snapshotSource.js';
import { AgentInput, AgentInputError } from './agentInput.js';
import type { AgentAnswer, Draft } from './answer.js';
import type { AgentCallContext, AgentTool } from './agentTool.js';
import { fitAnswer } from './fitAnswer.js';
import type { AskSources } from './runtimeFacts.js';
import { snapshotAnswer } from './snapshotAnswer.js';
import { agentTools } from './toolTable.js';

const OTHERS_ANSWER = `Ask ${agentTools
  .filter(({ needs }) => needs === 'facts')
  .map(({ name }) => name)
  .join(' or ')}, which answer from it.`;

/**
 * Asks one tool. Checks the input, answers, and fits the answer into the budget.
 * @throws AgentInputError for a tool or an input that makes no sense, CollectorClientError when the collector cannot be asked
 */
export async function askTool(
  name: string,
  argument: unknown,
  sources: AskSources,
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
  const draft = await drafted(tool, input, { ...sources, nowMs: () => nowMs }, context);
  return fitAnswer(draft, input.number('maxTokens') ?? tool.defaultTokens(input));
}

/** From the collector; from the snapshot where that is asked for, or where no collector answers. */
async function drafted(
  tool: AgentTool,
  input: AgentInput,
  sources: AskSources,
  context: AgentCallContext,
): Promise<Draft> {
  const { client, snapshot: committed } = sources;
  if (!client) return fromSnapshot(tool, input, sources, context);
  try {
    return await tool.answer(input, { ...sources, client }, context);
  } catch (error) {
    if (!(error instanceof CollectorClientError) || error.kind !== 'unreachable') throw error;
    const snapshot = await readSnapshot(committed?.reader, error);
    if (!snapshot) throw error;
    if (tool.needs === 'collector') throw saying(error, notInSnapshot(tool));
    return snapshotAnswer(tool, input, snapshot, sources, `since no collector answers at ${client.address}`, context);
  }
}

async function fromSnapshot(
  tool: AgentTool,
  input: AgentInput,
  sources: AskSources,
  context: AgentCallContext,
): Promise<Draft> {
  if (tool.needs === 'collector') throw new AgentInputError(notInSnapshot(tool));
  const { reader, because = '' } = sources.snapshot ?? {};
  const missing = new CollectorClientError('unreachable', 'There is no snapshot to answer from.', new Error('no file'));
  const snapshot = await readSnapshot(reader, missing);
  if (!snapshot) throw missing;
  return snapshotAnswer(tool, input, snapshot, sources, because, context);
}

/** @throws CollectorClientError that says of both what is wrong, when there is a snapshot that cannot be read */
async function readSnapshot(
  reader: SnapshotReader | undefined,
  collectorError: CollectorClientError,
): Promise<SnapshotSource | undefined> {
  try {
    return await reader?.read();
  } catch (error) {
    throw error instanceof SnapshotError ? saying(collectorError, error.message) : error;
  }
}

function saying(error: CollectorClientError, more: string): CollectorClientError {
  return new CollectorClientError(error.kind, `${error.message} ${more}`, error);
}

function notInSnapshot({ name }: AgentTool): string {
  return `A snapshot does not have what ${name} tells: it needs a collector. ${OTHERS_ANSWER}`;
}
