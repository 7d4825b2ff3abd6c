import { formatAge } from '@hindcast/core/format';
import type { Scope } from '../collector/collectorClient.js';

/** Which part of the data numbers are about, as people read it: `last 60 min · production · 1.4.2`. */
export function windowText({ windowSeconds, environment, version }: Scope): string {
  return [`last ${formatAge(windowSeconds)}`, environment, version].filter(Boolean).join(' · ');
}
