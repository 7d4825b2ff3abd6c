import type { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord } from '../store/store.js';
import { MINUTE_MS, dayStart, hourStart, minuteOf } from '../store/storeTime.js';
import type { Minute } from '../store/model.js';
import { RequestError } from './requestError.js';

const DEFAULT_WINDOW_SECONDS = 3600;
const MAX_WINDOW_SECONDS = 400 * 86_400;
/** Windows as long as these begin with a full hour, or day (UTC): a part of one more or less, and far fewer rows to read. */
const WHOLE_HOURS_FROM_SECONDS = 12 * 3600;
const WHOLE_DAYS_FROM_SECONDS = 14 * 86_400;

/** A checked Scope. */
export interface QueryScope {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** The minute (hour, day) in which the window begins; it is counted whole, and so is what has come of the current one. */
  readonly fromMinute: Minute;
  readonly fromMs: number;
}

/** @throws RequestError when the window is not between a second and 400 days */
export function readScope(scope: hindcast.v1.Scope.$Properties | null | undefined, nowMs: number): QueryScope {
  const window = scope?.window;
  const seconds = window ? (window.seconds ?? 0) + (window.nanos ?? 0) / 1e9 : DEFAULT_WINDOW_SECONDS;
  if (!(seconds > 0) || seconds > MAX_WINDOW_SECONDS) {
    throw new RequestError('scope.window must be more than zero and at most 400 days.');
  }
  const minute = minuteOf(nowMs - seconds * 1000);
  const isDays = seconds >= WHOLE_DAYS_FROM_SECONDS;
  const fromMinute = isDays ? dayStart(minute) : seconds >= WHOLE_HOURS_FROM_SECONDS ? hourStart(minute) : minute;
  return {
    service: scope?.service ?? '',
    environment: scope?.environment ?? '',
    version: scope?.version ?? '',
    fromMinute,
    fromMs: fromMinute * MINUTE_MS,
  };
}

/** Whether the scope lets this deployment through; the window is not looked at. */
export function isInScope({ key }: DeploymentRecord, { service, environment, version }: QueryScope): boolean {
  return (
    (service === '' || key.service === service) &&
    (environment === '' || key.environment === environment) &&
    (version === '' || key.version === version)
  );
}
