import { hindcast } from '@hindcast/proto/generated/query.js';

import v1 = hindcast.v1;

/** Which part of the data to ask about. What is absent or empty does not restrict. */
export interface Scope {
  readonly windowSeconds: number;
  /** `service.name` */
  readonly service?: string | undefined;
  /** `deployment.environment.name` */
  readonly environment?: string | undefined;
  /** `service.version` */
  readonly version?: string | undefined;
}

export function scopeMessage({ windowSeconds, service, environment, version }: Scope): v1.Scope {
  const seconds = Math.floor(windowSeconds);
  return new v1.Scope({
    window: { seconds, nanos: Math.round((windowSeconds - seconds) * 1e9) },
    ...(service ? { service } : {}),
    ...(environment ? { environment } : {}),
    ...(version ? { version } : {}),
  });
}

/** Whether two scopes ask about the same. */
export function isSameScope(a: Scope, b: Scope): boolean {
  return (
    a.windowSeconds === b.windowSeconds &&
    (a.service ?? '') === (b.service ?? '') &&
    (a.environment ?? '') === (b.environment ?? '') &&
    (a.version ?? '') === (b.version ?? '')
  );
}
