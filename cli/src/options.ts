import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseIsoDuration } from '@hindcast/core/isoDuration';
import {
  COLLECTOR_ENVIRONMENT_VARIABLE,
  isHostPort,
  resolveCollectorAddress,
} from '@hindcast/server/collector/collectorAddress';
import { UsageError, type Terminal } from './command.js';

/** Longest window that a collector answers (hindcast/v1/query.proto). */
const MAX_WINDOW_DAYS = 400;

/** `util.parseArgs`, strict, with its complaints as `UsageError`. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals, strict: true });
  } catch (error) {
    // Node's sentence names the option; what follows it is advice about `--` that only distracts.
    const [first] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${first ?? ''}.`.replace(/\.\.$/, '.'));
  }
}

/** The address for `--collector`, else of the environment, else the default. */
export function collectorOption(value: string | undefined, { environment }: Terminal): string {
  if (value !== undefined && !isHostPort(value)) throw new UsageError(`--collector takes HOST:PORT, not '${value}'.`);
  const configured = environment[COLLECTOR_ENVIRONMENT_VARIABLE];
  if (value === undefined && configured !== undefined && configured !== '' && !isHostPort(configured)) {
    throw new UsageError(`${COLLECTOR_ENVIRONMENT_VARIABLE} must be HOST:PORT, not '${configured}'.`);
  }
  return resolveCollectorAddress(value, environment);
}

export interface Window {
  /** As it was given. */
  readonly text: string;
  readonly seconds: number;
}

/** The window for `--window`; one hour when absent. */
export function windowOption(value: string | undefined): Window {
  const text = value ?? 'PT1H';
  const seconds = parseIsoDuration(text);
  if (seconds === undefined) {
    throw new UsageError(`--window takes an ISO-8601 duration such as PT15M, PT1H or P7D, not '${text}'.`);
  }
  if (seconds <= 0 || seconds > MAX_WINDOW_DAYS * 86_400) {
    throw new UsageError(`--window must be more than nothing and at most P${MAX_WINDOW_DAYS}D, not '${text}'.`);
  }
  return { text, seconds };
}
