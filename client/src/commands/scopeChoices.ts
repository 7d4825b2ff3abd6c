import type { HindcastStatus, ScopeParams } from '@hindcast/proto/lspMessages';

/** One thing to choose, under its heading. */
export interface ScopeChoice {
  readonly heading: 'Environment' | 'Version' | 'Window';
  readonly label: string;
  /** Whether it is what is chosen now. */
  readonly isChosen: boolean;
  /** The scope with this choice made. */
  readonly scope: ScopeParams;
}

const WINDOWS: readonly (readonly [string, string])[] = [
  ['PT15M', 'Last 15 minutes'],
  ['PT1H', 'Last hour'],
  ['PT6H', 'Last 6 hours'],
  ['P1D', 'Last day'],
  ['P7D', 'Last 7 days'],
  ['P30D', 'Last 30 days'],
];

/**
 * What can be chosen: environments that report, versions of the chosen one, windows.
 * @param windowOfSettings what an unchosen window means
 */
export function scopeChoices(
  scope: ScopeParams,
  services: HindcastStatus['services'],
  windowOfSettings: string,
): ScopeChoice[] {
  const { environment = '', version = '', window } = scope;
  const ofEnvironment = services.filter((own) => environment === '' || own.environment === environment);
  const environments = distinct([...services.map((own) => own.environment), environment]);
  const versions = distinct([...ofEnvironment.map((own) => own.version), version]);
  const withWindow = window === undefined ? {} : { window };
  const known = WINDOWS.find(([own]) => own === windowOfSettings)?.[1].toLowerCase() ?? windowOfSettings;
  return [
    choice('Environment', 'All environments', environment === '', { ...withWindow }),
    // A version belongs to an environment: choosing another forgets it.
    ...environments.map((own) => choice('Environment', own, own === environment, { ...withWindow, environment: own })),
    choice('Version', 'All versions', version === '', { ...withWindow, environment }),
    ...versions.map((own) => choice('Version', own, own === version, { ...withWindow, environment, version: own })),
    choice('Window', `As in the settings: ${known}`, window === undefined, { environment, version }),
    ...WINDOWS.map(([own, label]) => choice('Window', label, own === window, { environment, version, window: own })),
  ];
}

function choice(
  heading: ScopeChoice['heading'],
  label: string,
  isChosen: boolean,
  { environment, version, window }: ScopeParams,
): ScopeChoice {
  return {
    heading,
    label,
    isChosen,
    scope: {
      ...(environment ? { environment } : {}),
      ...(version ? { version } : {}),
      ...(window ? { window } : {}),
    },
  };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => name !== '').sort();
}
