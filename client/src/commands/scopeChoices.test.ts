import { expect, it } from 'vitest';
import { scopeChoices } from './scopeChoices.js';

const service = (environment: string, version: string) => ({
  name: 'shop',
  environment,
  version,
  lastSeenMs: 0,
  instances: 1,
  functions: 1,
  functionsRan: 1,
});
const services = [service('production', '1.4.0'), service('staging', '1.5.0'), service('', '')];

const shown = (choices: ReturnType<typeof scopeChoices>, heading: string) =>
  choices.filter((own) => own.heading === heading).map(({ label, isChosen }) => `${isChosen ? '*' : ''}${label}`);

it('offers what reports, and marks what is chosen', () => {
  const choices = scopeChoices({}, services, 'PT1H');
  expect(shown(choices, 'Environment')).toEqual(['*All environments', 'production', 'staging']);
  expect(shown(choices, 'Version')).toEqual(['*All versions', '1.4.0', '1.5.0']);
  expect(shown(choices, 'Window')[0]).toBe('*As in the settings: last hour');
});

it('offers only versions of the chosen environment, and keeps what no longer reports', () => {
  const choices = scopeChoices({ environment: 'staging', version: '1.3.0', window: 'P7D' }, services, 'PT2H');
  expect(shown(choices, 'Version')).toEqual(['All versions', '*1.3.0', '1.5.0']);
  expect(shown(choices, 'Window')).toContain('*Last 7 days');
  expect(shown(choices, 'Window')[0]).toBe('As in the settings: PT2H');
});

it.each([
  ['production', { environment: 'production', window: 'P7D' }],
  ['All environments', { window: 'P7D' }],
  ['1.5.0', { environment: 'staging', version: '1.5.0', window: 'P7D' }],
  ['All versions', { environment: 'staging', window: 'P7D' }],
  ['Last day', { environment: 'staging', version: '1.3.0', window: 'P1D' }],
  ['As in the settings: last hour', { environment: 'staging', version: '1.3.0' }],
])('choosing %s makes the scope %j', (label, scope) => {
  const before = { environment: 'staging', version: '1.3.0', window: 'P7D' };
  expect(scopeChoices(before, services, 'PT1H').find((own) => own.label === label)?.scope).toEqual(scope);
});
