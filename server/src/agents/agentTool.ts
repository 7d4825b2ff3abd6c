import type { AgentInput, InputSchema } from './agentInput.js';
import type { Draft } from './answer.js';
import type { AgentSources, FactSources } from './runtimeFacts.js';

/** One question that an agent can ask: the same through MCP, through the editor's tools and from the command line. */
export type AgentTool = FactTool | CollectorTool;

/** A question that a snapshot can answer as well. */
export interface FactTool extends ToolWords {
  readonly needs: 'facts';
  /** @throws AgentInputError, CollectorClientError; the signal's reason when it is aborted */
  answer(input: AgentInput, sources: FactSources, context: AgentCallContext): Promise<Draft>;
}

/** A question that only a collector can answer. */
export interface CollectorTool extends ToolWords {
  readonly needs: 'collector';
  /** @throws AgentInputError, CollectorClientError; the signal's reason when it is aborted */
  answer(input: AgentInput, sources: AgentSources, context: AgentCallContext): Promise<Draft>;
}

interface ToolWords {
  readonly name: string;
  /** For people: a menu's entry. */
  readonly title: string;
  /** For models: when to use it and what comes back. */
  readonly description: string;
  readonly inputSchema: InputSchema;
  /** Tokens of an answer unless asked otherwise. */
  defaultTokens(input: AgentInput): number;
}

export interface AgentCallContext {
  readonly signal: AbortSignal;
  /** For work that takes long: done of all, and what is being done. */
  readonly progress: (done: number, all: number, what: string) => void;
}

export const ONE_FUNCTION_TOKENS = 600;
export const MANY_FUNCTIONS_TOKENS = 1500;
