import type { AgentTool } from './agentTool.js';
import { assessChange } from './tools/assessChange.js';
import { findFunctions } from './tools/findFunctions.js';
import { getRuntimeContext } from './tools/getRuntimeContext.js';
import { listRegressions } from './tools/listRegressions.js';
import { traceFunction } from './tools/traceFunction.js';
import { verifyChange } from './tools/verifyChange.js';

/** Every tool, in the order in which models see them. */
export const agentTools: readonly AgentTool[] = [
  getRuntimeContext,
  findFunctions,
  traceFunction,
  assessChange,
  listRegressions,
  verifyChange,
];

/** The shape of every answer; kept short, since it is repeated for each tool in every conversation. */
export const answerSchema = {
  type: 'object',
  properties: {
    summary: { type: 'string' },
    asOf: { type: 'string' },
    window: { type: 'string' },
    sources: { type: 'array' },
    results: { type: 'array' },
    unmatched: { type: 'array' },
    omitted: { type: 'object' },
    next: { type: 'string' },
  },
  required: ['summary', 'results'],
} as const;
