import { mergeHistograms, quantile, type Histogram } from '@hindcast/core/histogram';
import { errorRate, perMinute } from '@hindcast/core/rates';
import type { FunctionInFile, FunctionInService } from '../match/fileFacts.js';

/** What one function did in all services that run its file: the sums that a hint shows. */
export interface FunctionTotals {
  readonly calls: number;
  readonly callsPerMinute: number;
  readonly errors: number;
  /** 0..1 */
  readonly errorRate: number;
  readonly p99Seconds: number | undefined;
  /** How many services it ran in: more than one makes it a sum. */
  readonly services: number;
  /** The least certain match of them. */
  readonly isEdited: boolean;
  readonly isUnsure: boolean;
}

/** Every surface asks for them, and again with every change elsewhere in the file. */
const known = new WeakMap<FunctionInFile['services'], { readonly totals: FunctionTotals | undefined }>();

/** Sums over the services in which the function ran; undefined when it ran in none. */
export function functionTotals({ services }: FunctionInFile): FunctionTotals | undefined {
  const found = known.get(services) ?? { totals: sums(services) };
  known.set(services, found);
  return found.totals;
}

function sums(services: FunctionInFile['services']): FunctionTotals | undefined {
  const ran = services.flatMap(({ facts, deployment, match }) =>
    facts?.state === 'ran' ? [{ facts, deployment, match }] : [],
  );
  if (ran.length === 0) return undefined;
  const calls = ran.reduce((sum, { facts }) => sum + facts.calls, 0);
  const errors = ran.reduce((sum, { facts }) => sum + facts.errors, 0);
  const durations = ran.flatMap(({ facts }): Histogram[] => (facts.duration ? [facts.duration] : []));
  return {
    calls,
    callsPerMinute: ran.reduce(
      (sum, { facts, deployment }) => sum + perMinute(facts.calls, deployment.observedSeconds),
      0,
    ),
    errors,
    errorRate: errorRate(errors, calls),
    p99Seconds: quantile(mergeHistograms(durations), 0.99),
    services: ran.length,
    isEdited: ran.some(({ match }) => match?.kind === 'edited'),
    isUnsure: ran.some(({ match }) => match?.confidence === 'low'),
  };
}

/** The services in which the function was loaded and not called, when it ran in no other. */
export function neverRanIn({ services }: FunctionInFile): readonly FunctionInService[] {
  if (services.some(({ facts }) => facts?.state === 'ran')) return [];
  return services.filter(({ facts }) => facts?.state === 'never_ran');
}
