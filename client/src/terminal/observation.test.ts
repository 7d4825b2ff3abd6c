import { describe, expect, it } from 'vitest';
import { isNewEnough, observedConfiguration } from './observation.js';

const observation = { sensorUrl: 'file:///x/register.mjs', otlpGrpc: '127.0.0.1:4317' };
const flag = '--import=file:///x/register.mjs';

describe('a debug configuration', () => {
  it('gets the sensor, and keeps what it says itself', () => {
    const own = { type: 'node', request: 'launch', env: { A: '1', HINDCAST_INTERVAL_MS: '500' } };
    const { env, type } = observedConfiguration(own, observation, undefined);
    expect(type).toBe('node');
    expect(env).toMatchObject({
      A: '1',
      HINDCAST_INTERVAL_MS: '500',
      NODE_OPTIONS: flag,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4317',
    });
  });

  it.each([
    [{ NODE_OPTIONS: '--max-old-space-size=99' }, '--a', `--max-old-space-size=99 ${flag}`],
    [{}, '--inherited', `--inherited ${flag}`],
    [undefined, undefined, flag],
  ])('with %j after %s has NODE_OPTIONS %s', (env, inherited, expected) => {
    const made = observedConfiguration({ request: 'launch', env }, observation, inherited);
    expect(made.env).toMatchObject({ NODE_OPTIONS: expected });
  });

  it.each([
    { request: 'attach' },
    { request: 'launch', env: { NODE_OPTIONS: '--import @hindcast/sensor/register' } },
    { request: 'launch', env: { NODE_OPTIONS: flag } },
  ])('stays as it is: %j', (own) => {
    expect(observedConfiguration(own, observation, undefined)).toBe(own);
  });
});

describe('a Node', () => {
  it.each([
    ['v20.5.1\n', false],
    ['v20.6.0', true],
    ['v24.1.0', true],
    ['v18.20.0', false],
    ['', undefined],
  ])('of version %j is new enough: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });
});
