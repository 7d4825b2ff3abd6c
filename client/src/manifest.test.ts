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

const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const raw = readJson('package.json') as Manifest;
const texts = readJson('package.nls.json') as Readonly<Record<string, string>>;
/** With its texts in English, as the editor reads it. */
const manifest = JSON.parse(JSON.stringify(raw), (_, value: unknown) =>
  typeof value === 'string' && /^%.+%$/.test(value) ? (texts[value.slice(1, -1)] ?? value) : value,
) as Manifest;

/** Fields of `contributes` whose text people read. What is written for models alone is not translated. */
const READ_FIELDS = new Set([
  ...['title', 'name', 'contents', 'description', 'markdownDescription', 'altText', 'label'],
  ...['patternErrorMessage', 'contextualTitle'],
]);
/** Ids, and names that people type. */
const NOT_TRANSLATED =
  /^(?:languageModelTools|chatSkills)\b|^chatParticipants\.\d+\.(?:name|commands\.\d+\.name|disambiguation)/;

/** Every text for people, by its path. */
function readTexts(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null || NOT_TRANSLATED.test(path)) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, string][] => {
    const own = path === '' ? key : `${path}.${key}`;
    const isText = READ_FIELDS.has(key) || /\.enumDescriptions$/.test(path);
    if (typeof inner === 'string') return isText && !NOT_TRANSLATED.test(own) ? [[own, inner]] : [];
    return readTexts(inner, own);
  });
}
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

  it('keeps every text for people where it can be translated', () => {
    const found = readTexts(raw.contributes);
    expect(found.length).toBeGreaterThan(80);
    expect(found.filter(([, text]) => !/^%.+%$/.test(text))).toEqual([]);
  });

  it('has a text for every key and no text without one', () => {
    const keys = [...JSON.stringify(raw).matchAll(/"%([^"%]+)%"/g)].map(([, key]) => key);
    expect([...new Set(keys)].sort()).toEqual(Object.keys(texts).sort());
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
