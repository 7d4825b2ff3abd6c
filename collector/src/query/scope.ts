import type { hindcast } from '@hindcast/proto/generated/query.js';
import type { DeploymentRecord } from '../store/store.js';
import { MINUTE_MS, minuteOf } from '../store/storeTime.js';
import type { Minute } from '../store/model.js';
import { RequestError } from './requestError.js';

const DEFAULT_WINDOW_SECONDS = 3600;
const MAX_WINDOW_SECONDS = 400 * 86_400;

/** A checked Scope. */
export interface QueryScope {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** The minute in which the window begins; it is counted whole, and so is what has come of the current one. */
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
  const fromMinute = minuteOf(nowMs - seconds * 1000);
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
