import { defineConfig } from 'vitest/config';

// unit: beside its source, no processes. integration: real processes over real sockets. vscode: the real editor.
const project = (name: string, include: string[], testTimeout: number, fileParallelism = true) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, fileParallelism, pool: 'forks' as const },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['{proto,core,sensor,collector,server,client,cli,media}/src/**/*.test.ts'], 15_000),
      project(
        'integration',
        [
          'test/{agents,assess,layers,naming,lsp,integration,sensor,cli,demo,bench,traces,services,chaos,reach,coverage,libraries,scale,fuzz,detect,risk,loop}/**/*.test.ts',
        ],
        120_000,
        false,
      ),
      project('differential', ['test/differential/**/*.test.ts'], 240_000, false),
      project('drift', ['test/drift/**/*.test.ts'], 120_000, false),
      project('vscode', ['test/vscode/**/*.test.ts'], 240_000, false),
    ],
  },
});
