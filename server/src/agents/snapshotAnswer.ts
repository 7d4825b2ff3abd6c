import { formatAge } from '@hindcast/core/format';
import type { SnapshotSource } from '../collector/snapshotSource.js';
import { AgentInput } from './agentInput.js';
import type { AgentCallContext, FactTool } from './agentTool.js';
import type { Draft, Sheet } from './answer.js';
import type { FactSources } from './runtimeFacts.js';

/** Snapshots tell their time to the minute: what was seen within it had been seen. */
const MINUTE_MS = 60_000;

/**
 * What a tool answers from a snapshot: ages are those of when it was taken, the window is its own, and every source says where it
 * comes from.
 * @param because why no collector was asked: the rest of a sentence
 */
export async function snapshotAnswer(
  tool: FactTool,
  input: AgentInput,
  snapshot: SnapshotSource,
  sources: Omit<FactSources, 'client'>,
  because: string,
  context: AgentCallContext,
): Promise<Draft> {
  const { takenAtMs, takenOn, window } = snapshot;
  const asOfThen = { ...sources, client: snapshot, nowMs: () => takenAtMs + MINUTE_MS };
  const draft = await tool.answer(input, asOfThen, context);
  const age = formatAge((sources.nowMs() - takenAtMs) / 1000);
  return {
    ...draft,
    summary:
      `${draft.summary} Caution: from the snapshot of ${takenOn}, ${age} old, ${because}; ` +
      `its window is ${window}, and production may have changed since.`,
    asOfMs: takenAtMs,
    window,
    sheets: draft.sheets.map((sheet) => ofSnapshot(sheet, takenOn)),
    next: 'Callers across services, critical paths and regressions need a collector.',
  };
}

function ofSnapshot({ source, ...sheet }: Sheet, takenOn: string): Sheet {
  if (!source) return sheet;
  const data = typeof source.data === 'object' ? source.data : {};
  return {
    ...sheet,
    source: { text: `${source.text}, from the snapshot of ${takenOn}`, data: { ...data, snapshotOf: takenOn } },
  };
}
