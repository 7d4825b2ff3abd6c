import type { PropertySchema } from '../agentInput.js';

/** Inputs that several tools take, worded once: definitions cost tokens in every conversation. */
export const windowInput: PropertySchema = { type: 'string', description: 'Back from now: PT1H (default), P1D, P7D' };
export const serviceInput: PropertySchema = { type: 'string' };
export const maxTokensInput: PropertySchema = { type: 'integer', minimum: 150, maximum: 8000 };
