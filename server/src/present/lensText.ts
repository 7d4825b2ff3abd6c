import { formatAge, formatCount } from '@hindcast/core/format';
import type { Caller } from '../collector/facts.js';
import type { Finding } from '../collector/findings.js';
import type { FunctionInFile } from '../match/fileFacts.js';
import { findingText } from './findingText.js';
import { functionTotals, neverRanIn } from './functionTotals.js';

/**
 * The line above a function that says how it changed and how it hangs together with the rest: what got worse, who calls it from
 * elsewhere, or that nothing did. Undefined where there is nothing to say.
 * @param findings what got worse about it, worst first
 * @param nowMs milliseconds since 1970
 */
export function lensText(own: FunctionInFile, findings: readonly Finding[], nowMs: number): string | undefined {
  const [worst] = findings;
  const parts = [worst ? findingText(worst) : undefined, callersText(own) ?? neverRanText(own, nowMs)];
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.join(' · ');
}

/** What stands in a lens whose reason went away: a lens that vanished would move the code below it. */
export function calmLensText(own: FunctionInFile): string {
  const totals = functionTotals(own);
  if (!totals) return 'not called';
  return `${formatCount(totals.calls)} ${totals.calls === 1 ? 'call' : 'calls'}`;
}

/** Callers of a function in all services that run its file, most calls first. */
export function callersOf({ services }: FunctionInFile): Caller[] {
  return services.flatMap(({ facts }) => facts?.callers ?? []).sort((a, b) => b.calls - a.calls);
}

/** `7 callers in 3 services`, `1 caller in payments`, `3 callers · 2 files`; only when one of them is in another file or service. */
function callersText(own: FunctionInFile): string | undefined {
  const callers = callersOf(own);
  const services = new Set(callers.map(({ service }) => service));
  const files = new Set(callers.map(({ service, filePath }) => `${service} ${filePath}`));
  const ownServices = new Set(own.services.map(({ service }) => service));
  const isFromOtherService = [...services].some((service) => !ownServices.has(service));
  if (files.size < 2 && !isFromOtherService) return undefined;
  const omitted = own.services.reduce((sum, { facts }) => sum + (facts?.callersOmitted ?? 0), 0);
  const count = omitted > 0 ? `${callers.length}+ callers` : plural(callers.length, 'caller');
  const [only, another] = services;
  if (isFromOtherService && only !== undefined && another === undefined) return `${count} in ${only}`;
  return services.size > 1
    ? `${count} in ${plural(services.size, 'service')}`
    : `${count} · ${plural(files.size, 'file')}`;
}

/** `never ran · 4 instances · 9 d`; not for callbacks, whose function says enough. */
function neverRanText(own: FunctionInFile, nowMs: number): string | undefined {
  const services = neverRanIn(own);
  if (services.length === 0 || own.source.name.endsWith('>')) return undefined;
  const instances = services.reduce((sum, { deployment }) => sum + deployment.instances, 0);
  const since = Math.min(...services.map(({ facts }) => facts?.declaredSinceMs ?? nowMs));
  const parts = ['never ran', plural(instances, 'instance'), ageText((nowMs - since) / 1000)];
  return parts.join(' · ');
}

/** In whole minutes at least: a lens that counts seconds would change all the time. */
function ageText(seconds: number): string {
  return seconds < 60 ? '<1 min' : formatAge(Math.max(90, Math.floor(seconds / 60) * 60));
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
