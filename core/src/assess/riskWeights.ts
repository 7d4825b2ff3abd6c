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

/** Made by `node test/risk/fit.mjs` from the training half of its simulated changes. */
export const RISK_WEIGHTS: RiskWeights = {
  terms: {
    'dependency calls': 0.01,
    'dependency calls in loops': 0.01,
    'other calls': 0.001,
    waits: 0.005,
    loops: 0.001,
    'guards removed': 0.01,
    'error paths': 0.01,
    'caching removed': 0.02,
    'calls removed': 0.001,
    logic: 0.002,
    'functions removed': 0.01,
  },
  exposures: { interactive: 1, 'critical path': 1, 'time at stake': 1, reach: 0.1, errors: 0.5 },
  unknownCallsPerMinute: 30,
  trafficPower: 1,
  slope: 0.8,
};
