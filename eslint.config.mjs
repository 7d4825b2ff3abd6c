import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { layers, mayImport, onlyModules } from './scripts/layers.mjs';

const root = import.meta.dirname;

/** Forbidden pairs of folders, for import-x/no-restricted-paths. */
const zones = layers.flatMap((target) => [
  ...[...layers, 'test', 'demo']
    .filter((from) => from !== target && !mayImport[target].includes(from))
    .map((from) => ({
      target: `./${target}`,
      from: `./${from}`,
      message: `${target}/ may import ${mayImport[target].join(', ') || 'nothing of ours'} (docs/architecture.md).`,
    })),
  ...Object.entries(onlyModules[target] ?? {}).map(([from, modules]) => ({
    target: `./${target}`,
    from: `./${from}`,
    except: modules.map((module) => `./src/${module}`),
    message: `${target}/ may import only ${modules.join(', ')} of ${from}/.`,
  })),
]);

const restrict = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const noVscode = { group: ['vscode'], message: 'Only client/ sees vscode.' };
const noNode = {
  regex: '^(node:|(fs|path|os|net|http|child_process|crypto|worker_threads|util|url|events)$)',
  message: 'This folder is pure: no I/O.',
};
const noRelativeEscape = {
  regex: `^\\.\\./(?:.*/)?(?:${[...layers, 'test', 'demo'].join('|')})/`,
  message: 'Import another folder by its package name.',
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/generated/', '.tsbuild/', '.artifacts/', '.tools/', 'test/fixtures/', 'demo/*/dist/'] },
  {
    files: ['**/*.{ts,mts,mjs,cjs,js}'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: `${root}/*/tsconfig.json` })] },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: root, zones }],
      'import-x/no-cycle': 'error',
      eqeqeq: ['error', 'smart'],
      'no-console': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'vitest', name: ['test', 'it', 'describe'] }] },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['proto/**', 'sensor/**', 'collector/**', 'server/**', 'cli/**'],
    rules: restrict([noVscode, noRelativeEscape]),
  },
  { files: ['core/**', 'media/**'], ignores: ['**/*.test.ts'], rules: restrict([noVscode, noNode, noRelativeEscape]) },
  { files: ['client/**'], rules: restrict([noRelativeEscape]) },
  {
    files: ['core/**'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'Buffer', 'performance', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'core/ has no clock: take the time as an argument.' },
      ],
    },
  },
  { files: ['scripts/**', 'demo/**', 'cli/bin/**', 'test/**/*.mjs'], rules: { 'no-console': 'off' } },
);
