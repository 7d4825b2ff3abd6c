// The dependency rules hold because `npm run check` fails without them: here it is tried, in every direction and every form.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, test } from 'vitest';
import { layers, mayImport } from '../../scripts/layers.mjs';

const root = join(import.meta.dirname, '..', '..');

/** Every way to name a module that the rules must see. */
const forms: Record<string, (specifier: string) => string> = {
  import: (specifier) => `import * as it from '${specifier}';\nit;`,
  'import for side effects': (specifier) => `import '${specifier}';`,
  'import type': (specifier) => `import type { It } from '${specifier}';\nexport type That = It;`,
  'export from': (specifier) => `export { it } from '${specifier}';`,
  'export all': (specifier) => `export * from '${specifier}';`,
  'import()': (specifier) => `export const it = () => import('${specifier}');`,
  'import() with a template': (specifier) => `export const it = () => import(\`${specifier}\`);`,
  require: (specifier) => `export const it = require('${specifier}');`,
  'require.resolve': (specifier) => `export const it = require.resolve('${specifier}');`,
  'import = require': (specifier) => `import it = require('${specifier}');\nexport type That = it.It;`,
  'import type in place': (specifier) => `export type That = import('${specifier}').It;`,
};
const forbiddenFolders = layers.flatMap((from) =>
  [...layers, 'test', 'demo']
    .filter((to) => to !== from && !mayImport[from]?.includes(to))
    .map((to) => [from, to] as const),
);
const allowedFolders = layers.flatMap((from) => (mayImport[from] ?? []).map((to) => [from, to] as const));

let eslint: ESLint;
beforeAll(() => {
  // The configuration that `npm run check` uses, in full. Only the rules that need types are left out: they would need the
  // probes to be files of a project, and the dependency rules are none of them.
  eslint = new ESLint({
    cwd: root,
    overrideConfig: tseslint.configs.disableTypeChecked as NonNullable<ESLint.Options['overrideConfig']>,
  });
});

/** The dependency errors that the linter finds in this text, were it a file of that folder. */
async function layerErrors(folder: string, text: string, file = 'src/probe.ts'): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, folder, file) });
  const messages = result?.messages ?? [];
  expect(messages.filter((message) => message.fatal)).toEqual([]);
  return messages
    .filter((message) => message.severity === 2 && message.ruleId === 'hindcast/layers')
    .map((m) => m.message);
}

test.each(forbiddenFolders)('%s/ may not import %s/', async (from, to) => {
  for (const specifier of [`@hindcast/${to}/anything`, `@hindcast/${to}`, `../../${to}/src/anything.js`]) {
    await expectLayerErrors(from, specifier, 1);
  }
});

test.each(allowedFolders)('%s/ may import %s/, by its package name', async (from, to) => {
  // The sensor may use two modules of proto/, this is one of them; for the others any will do.
  await expectLayerErrors(from, `@hindcast/${to}/semconv`, 0);
  await expectLayerErrors(from, `../../${to}/src/semconv.js`, 1);
});

test('a forbidden import fails the command that `npm run check` runs', () => {
  const lint = (text: string) =>
    spawnSync(
      process.execPath,
      [
        'node_modules/eslint/bin/eslint.js',
        '--max-warnings',
        '0',
        '--stdin',
        '--stdin-filename',
        'server/src/probe.mjs',
      ],
      { cwd: root, input: text, encoding: 'utf8' },
    );
  expect(lint("export { it } from '@hindcast/core/rates';\n").status).toBe(0);
  const refused = lint("export { it } from '@hindcast/collector/config';\n");
  expect(refused.status).toBe(1);
  expect(refused.stdout).toContain('server/ may import core, proto');
});

/** Expects so many dependency errors of each form of naming this module in a file of that folder. */
async function expectLayerErrors(folder: string, specifier: string, count: number): Promise<void> {
  for (const [form, write] of Object.entries(forms)) {
    expect(await layerErrors(folder, write(specifier)), `${form} of ${specifier} in ${folder}/`).toHaveLength(count);
  }
}

describe('packages and Node', () => {
  const others = layers.filter((folder) => folder !== 'client');
  test.each(others)('%s/ may not import vscode', async (folder) => {
    await expectLayerErrors(folder, 'vscode', 1);
  });

  test.each([
    ['core', 'node:fs'],
    ['core', 'fs/promises'],
    ['core', 'crypto'],
    ['core', 'protobufjs'],
    ['media', 'node:path'],
    ['media', 'fs'],
    ['sensor', '@grpc/grpc-js'],
    ['sensor', 'protobufjs/minimal.js'],
    ['sensor', '@hindcast/proto/generated/otlp.js'],
    ['sensor', '@hindcast/proto/queryService'],
    ['sensor', '../../scripts/layers.mjs'],
  ])('%s/ may not import %s', async (folder, specifier) => {
    await expectLayerErrors(folder, specifier, 1);
  });

  test.each([
    ['client', 'vscode'],
    ['client', 'vscode-languageclient/node'],
    ['server', 'vscode-languageserver/node'],
    ['collector', 'node:sqlite'],
    ['collector', '@grpc/grpc-js'],
    ['sensor', 'node:worker_threads'],
    ['sensor', 'acorn'],
    ['sensor', '@hindcast/proto/durationBuckets'],
    ['core', './histogram.js'],
    ['core', '@hindcast/core/histogram'],
  ])('%s/ may import %s', async (folder, specifier) => {
    await expectLayerErrors(folder, specifier, 0);
  });

  test('a unit test may use the tools of tests', async () => {
    const text = "import { test } from 'vitest';\nimport fc from 'fast-check';\ntest; fc;";
    expect(await layerErrors('core', text, 'src/probe.test.ts')).toEqual([]);
    expect(await layerErrors('core', text)).toHaveLength(2);
  });

  test.each(['Date.now()', 'new Date()', 'Date()', 'Math.random()', 'process.env', 'setTimeout(String, 1)'])(
    'core/ may not use %s',
    async (expression) => {
      const [result] = await eslint.lintText(`export const it = ${expression};`, {
        filePath: join(root, 'core/src/probe.ts'),
      });
      expect(result?.errorCount).toBe(1);
    },
  );
});

describe('what the compiler holds', () => {
  const readConfig = (folder: string) =>
    ts.readConfigFile(join(root, folder, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config as {
      references: { path: string }[];
    };

  test.each(layers)('%s/ references what it may import', (folder) => {
    const references = readConfig(folder).references.map(({ path }) => path.replace('../', ''));
    expect(references.sort()).toEqual([...(mayImport[folder] ?? [])].sort());
  });

  test.each(layers)('%s/ depends on what it may import', (folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<string, object>;
    const ours = Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] })
      .filter((name) => name.startsWith('@hindcast/'))
      .map((name) => name.replace('@hindcast/', ''));
    expect(ours.filter((name) => !mayImport[folder]?.includes(name))).toEqual([]);
  });

  test.each(layers)('only media/ sees the DOM: %s/', (folder) => {
    const probe = join(root, folder, 'src', 'probe.ts');
    expect(unknownNames(folder, probe, 'export const title: string = document.title;')).toEqual(
      folder === 'media' ? [] : ['document'],
    );
  });

  /** Names that the compiler does not know in this text, compiled with the folder's options. */
  function unknownNames(folder: string, probe: string, text: string): string[] {
    const { options } = ts.parseJsonConfigFileContent(readConfig(folder), ts.sys, join(root, folder));
    const host = ts.createCompilerHost(options);
    const readSource = host.getSourceFile.bind(host);
    host.getSourceFile = (path, version) =>
      path === probe ? ts.createSourceFile(path, text, version) : readSource(path, version);
    const program = ts.createProgram([probe], { ...options, noEmit: true }, host);
    return program
      .getSemanticDiagnostics(program.getSourceFile(probe))
      .map(
        ({ messageText }) =>
          /Cannot find name '(\w+)'/.exec(ts.flattenDiagnosticMessageText(messageText, ' '))?.[1] ?? '',
      );
  }
});

test('files that import each other in a circle are seen, in TypeScript too', async () => {
  // core/src/histogram.ts imports this file of proto/; were the file to import it back, the two would be a circle.
  const closing = "import { bucketUpperBound } from '@hindcast/core/histogram';\nexport const it = bucketUpperBound;\n";
  const [result] = await eslint.lintText(closing, { filePath: join(root, 'proto/src/durationBuckets.ts') });
  expect(result?.messages.map(({ ruleId }) => ruleId)).toContain('import-x/no-cycle');
});

test('docs/architecture.md says the same', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const table = page.slice(page.indexOf('| folder | may import |'), page.indexOf('Only `client/` sees'));
  const rows = [...table.matchAll(/^\| `(\w+)\/` \| (.*) \|$/gm)].map(([, folder = '', imports = '']) => [
    folder,
    [...imports.replace(/\(.*\)/, '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
  ]);
  expect(Object.fromEntries(rows)).toEqual(mayImport);
});
