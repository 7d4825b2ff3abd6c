/** What a change does to a function, as the formula counts it. */
export const RISK_TERMS = [
  'dependency calls',
  'dependency calls in loops',
  'other calls',
  'waits',
  'loops',
  'guards removed',
  'error paths',
  'caching removed',
  'calls removed',
  'logic',
  'functions removed',
] as const;
export type RiskTerm = (typeof RISK_TERMS)[number];

/** What goes through a function. */
export const RISK_EXPOSURES = [
  'traffic',
  'not known',
  'interactive',
  'critical path',
  'time at stake',
  'reach',
  'errors',
] as const;
export type RiskExposure = (typeof RISK_EXPOSURES)[number];

/** The constants of the formula in docs/risk.md. */
export interface RiskWeights {
  /** Harm that one unit of a term adds where one call a minute goes through: harm 1 is a risk of 50. */
  readonly terms: Readonly<Record<RiskTerm, number>>;
  /** By how much an exposure multiplies harm at its full measure, above once. Traffic counts as it is. */
  readonly exposures: Readonly<Record<Exclude<RiskExposure, 'traffic' | 'not known'>, number>>;
  /** Calls each minute that a function is taken to have of which production says nothing. */
  readonly unknownCallsPerMinute: number;
  /** Of traffic, by which harm grows: 1, for each call may do it. */
  readonly trafficPower: number;
  /** How steeply the risk rises with the logarithm of harm. */
  readonly slope: number;
}

/** Made by `node test/risk/fit.mjs` from the training half of its simulated changes: docs/risk.md. */
export const RISK_WEIGHTS: RiskWeights = {
  terms: {
    'dependency calls': 0.0018,
    'dependency calls in loops': 0.0013,
    'other calls': 0.000015,
    waits: 0.0017,
    loops: 0.0019,
    'guards removed': 0.00011,
    'error paths': 0.000064,
    'caching removed': 0.0012,
    'calls removed': 0.000016,
    logic: 0.000016,
    'functions removed': 0.001,
  },
  exposures: {
    interactive: 0.067,
    'critical path': 0.098,
    'time at stake': 0.097,
    reach: 0.091,
    errors: 0.11,
  },
  unknownCallsPerMinute: 12,
  trafficPower: 1,
  slope: 0.72,
};
