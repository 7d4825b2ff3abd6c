import { parseIsoDuration } from '@hindcast/core/isoDuration';
import type { Scope } from '../collector/scope.js';
import { AgentInputError } from './agentInput.js';

const MAX_WINDOW_DAYS = 400;

/** A part of the data as tools are asked for it: a relative window, since agents do not know what day it is. */
export interface ScopeInput {
  readonly window?: string | undefined;
  readonly service?: string | undefined;
}

/** The window as it is said in answers. */
export function windowText({ window }: ScopeInput): string {
  return (window ?? 'PT1H').trim().toUpperCase();
}

/** @throws AgentInputError for a window that is none, in words that say what one looks like */
export function scopeOf(input: ScopeInput): Scope {
  const seconds = parseIsoDuration(windowText(input));
  if (seconds === undefined || seconds <= 0 || seconds > MAX_WINDOW_DAYS * 86_400) {
    throw new AgentInputError(
      `window must be an ISO-8601 duration back from now, at most P${MAX_WINDOW_DAYS}D: PT15M, PT1H, P1D, P7D.`,
    );
  }
  return { windowSeconds: seconds, service: input.service };
}
