import { CollectorClientError } from '../collector/collectorClientError.js';
import { SnapshotError } from '../collector/snapshotFile.js';
import type { SnapshotReader } from '../collector/snapshotReader.js';
import type { SnapshotSource } from '../collector/snapshotSource.js';
import { AgentInput, AgentInputError } from './agentInput.js';
import type { AgentAnswer, Draft } from './answer.js';
import type { AgentCallContext, AgentTool } from './agentTool.js';
import { fitAnswer } from './fitAnswer.js';
import type { AgentSources } from './runtimeFacts.js';
import { snapshotAnswer } from './snapshotAnswer.js';
import { agentTools } from './toolTable.js';

const OTHERS_ANSWER = `ask ${agentTools
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
  const draft = await drafted(tool, input, { ...sources, nowMs: () => nowMs }, context);
  return fitAnswer(draft, input.number('maxTokens') ?? tool.defaultTokens(input));
}

/** From the collector; from the snapshot where that is asked for, or where no collector answers. */
async function drafted(
  tool: AgentTool,
  input: AgentInput,
  sources: AgentSources,
  context: AgentCallContext,
): Promise<Draft> {
  const { snapshot: committed } = sources;
  if (committed?.isInstead) return fromChosenSnapshot(tool, input, committed.reader, sources, context);
  try {
    return await tool.answer(input, sources, context);
  } catch (error) {
    if (!(error instanceof CollectorClientError) || error.kind !== 'unreachable') throw error;
    const snapshot = await readSnapshot(committed?.reader, error);
    if (!snapshot) throw error;
    if (tool.needs === 'collector')
      throw saying(error, `${notInSnapshot(tool)} ${OTHERS_ANSWER.replace('ask', 'Ask')}`);
    const because = `since no collector answers at ${sources.client.address}`;
    return snapshotAnswer(tool, input, snapshot, sources, because, context);
  }
}

async function fromChosenSnapshot(
  tool: AgentTool,
  input: AgentInput,
  reader: SnapshotReader,
  sources: AgentSources,
  context: AgentCallContext,
): Promise<Draft> {
  if (tool.needs === 'collector') {
    throw new AgentInputError(`${notInSnapshot(tool)} Ask without --snapshot, or ${OTHERS_ANSWER}`);
  }
  const unread = new CollectorClientError(
    'unreachable',
    'The chosen snapshot cannot be read.',
    new Error('no snapshot'),
  );
  const snapshot = await readSnapshot(reader, unread);
  if (!snapshot) throw unread;
  return snapshotAnswer(tool, input, snapshot, sources, 'which was chosen instead of a collector', context);
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
  return `A snapshot does not have what ${name} tells: it needs a collector.`;
}
