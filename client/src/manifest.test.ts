import { readFileSync } from 'node:fs';
import { defaultSettings } from '@hindcast/proto/lspMessages';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from './languages.js';

interface Property {
  readonly default: unknown;
  readonly scope: string;
  readonly markdownDescription: string;
  readonly order: number;
  readonly pattern?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Property>> }[];
  };
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;
const properties = Object.assign({}, ...manifest.contributes.configuration.map((group) => group.properties)) as Record<
  string,
  Property
>;

/** `{a: {b: 1}}` as `[['a.b', 1]]`. */
function flatten(value: object, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null ? flatten(inner, `${prefix}${key}.`) : [[prefix + key, inner]],
  );
}

describe('the manifest', () => {
  it.each(flatten(defaultSettings))(
    'offers the setting hindcast.%s with the default of the language server, %j',
    (name, value) => {
      expect(properties[`hindcast.${name}`]?.default).toBe(value);
    },
  );

  it('describes every setting and gives it a place', () => {
    for (const property of Object.values(properties)) {
      expect(property.markdownDescription).toMatch(/\.$/);
      expect(property.order).toBeGreaterThan(0);
    }
  });

  it('lets no untrusted workspace choose where numbers come from', () => {
    const collectorSettings = Object.keys(properties).filter((name) => name.startsWith('hindcast.collector.'));
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(collectorSettings);
    for (const name of collectorSettings) expect(properties[name]?.scope).toMatch(/^machine/);
  });

  it('activates for the languages that the client serves, and for pictures of the last session', () => {
    const languages = LANGUAGES.map((language) => `onLanguage:${language}`);
    const pictures = ['graph', 'criticalPath', 'latency', 'timeline'].map((view) => `onWebviewPanel:hindcast.${view}`);
    expect(manifest.activationEvents).toEqual([...languages, ...pictures]);
  });

  it('puts every command under one category', () => {
    for (const { command, category, title } of manifest.contributes.commands) {
      expect(command).toMatch(/^hindcast\.[a-z][A-Za-z]+$/);
      expect(category).toBe('Hindcast');
      expect(title[0]).toMatch(/[A-Z]/);
    }
  });

  it.each([
    ['PT1H', true],
    ['P7D', true],
    ['P1DT12H', true],
    ['PT', false],
    ['P', false],
    ['1h', false],
  ])('takes the window %s: %s', (text, valid) => {
    expect(new RegExp(properties['hindcast.window']?.pattern ?? '').test(text)).toBe(valid);
  });
});
