import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { layersRule } from './scripts/layersRule.mjs';

const root = import.meta.dirname;

export default tseslint.config(
  { ignores: ['**/dist/', '**/*.d.mts', '**/generated/', '.tsbuild/', '.artifacts/', '.tools/'] },
  // Programs that are looked at or run as they are: what is odd about them is what they are for.
  { ignores: ['test/fixtures/', 'test/differential/syntax/cases/', 'test/**/cases/', 'test/**/apps/'] },
  {
    files: ['**/*.{ts,mts,mjs,cjs,js}'],
    plugins: { 'import-x': importX, hindcast: { rules: { layers: layersRule } } },
    settings: {
      // Without these two, imports of TypeScript files are not followed and no-cycle sees nothing.
      'import-x/extensions': ['.ts', '.mts', '.js', '.mjs', '.cjs'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.mts'] },
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ project: `${root}/*/tsconfig.json`, noWarnOnMultipleProjects: true }),
      ],
    },
    rules: {
      'hindcast/layers': 'error',
      'import-x/no-cycle': 'error',
      eqeqeq: ['error', 'smart'],
      'no-console': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.{ts,mts}'],
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
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  // Types of scripts and settings of tools belong to no project.
  { files: ['**/*.mts'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['core/**'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'Buffer', 'performance', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'core/ has no clock: take the time as an argument.' },
        {
          object: 'Math',
          property: 'random',
          message: 'core/ is deterministic: take the random source as an argument.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: ':matches(NewExpression, CallExpression)[callee.name="Date"][arguments.length=0]',
          message: 'core/ has no clock: take the time as an argument.',
        },
      ],
    },
  },
  { files: ['scripts/**', 'demo/**', 'cli/bin/**', 'test/**/*.{mjs,cjs}'], rules: { 'no-console': 'off' } },
);
