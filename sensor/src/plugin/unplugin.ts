import { dirname, resolve } from 'node:path';
import { createUnplugin } from 'unplugin';
import { hindcast as esbuildPlugin } from './esbuildPlugin.js';
import { instrumentOutput } from './instrumentOutput.js';

/** An output of Rollup, Rolldown and Vite. */
interface Chunk {
  readonly type: string;
  readonly fileName: string;
  code: string;
  readonly map?: { toString(): string } | null;
}

interface OutputOptions {
  readonly dir?: string | undefined;
  readonly file?: string | undefined;
  readonly format?: string;
}

/** As much of webpack's and Rspack's compiler as is needed. */
interface Compiler {
  readonly options: { devtool?: unknown; readonly output: { readonly module?: boolean | undefined } };
  readonly outputPath: string;
  readonly webpack: {
    readonly Compilation: { readonly PROCESS_ASSETS_STAGE_DEV_TOOLING: number };
    readonly sources: { readonly RawSource: new (text: string) => object };
  };
  readonly hooks: { readonly thisCompilation: { tap(name: string, run: (compilation: Compilation) => void): void } };
}

interface Compilation {
  readonly hooks: {
    readonly processAssets: {
      tap(
        options: { name: string; stage: number },
        run: (assets: Record<string, { source(): string | Buffer }>) => void,
      ): void;
    };
  };
  updateAsset(name: string, source: object): void;
  readonly warnings: unknown[];
}

const NAME = 'hindcast';

/** Plugins for Vite, Rollup, Rolldown, webpack, Rspack and esbuild that count the functions of own code in every output. */
export const hindcast = createUnplugin(() => ({
  name: NAME,
  enforce: 'post' as const,
  rollup: rollupHooks(),
  rolldown: rollupHooks(),
  vite: { ...rollupHooks(), config: () => ({ build: { sourcemap: true } }) },
  webpack: (compiler: unknown) => observeAssets(compiler as Compiler),
  rspack: (compiler: unknown) => observeAssets(compiler as Compiler),
  esbuild: esbuildPlugin(),
}));

function rollupHooks() {
  return {
    outputOptions: <O extends { sourcemap?: unknown }>(options: O): O => ({
      ...options,
      sourcemap: options.sourcemap || true,
    }),
    generateBundle: {
      order: 'post' as const,
      handler(this: { warn(text: string): void }, options: OutputOptions, bundle: Record<string, unknown>): void {
        const folder = resolve(options.dir ?? dirname(options.file ?? '.'));
        for (const chunk of Object.values(bundle) as Chunk[]) {
          if (chunk.type !== 'chunk') continue;
          const kind = options.format === 'cjs' || options.format === 'commonjs' ? 'commonjs' : 'module';
          const path = resolve(folder, chunk.fileName);
          const done = instrumentOutput({ code: chunk.code, map: chunk.map?.toString(), path, kind });
          if ('notObserved' in done) this.warn(`${chunk.fileName} is not observed: ${done.notObserved}`);
          else chunk.code = done.code;
        }
      },
    },
  };
}

function observeAssets(compiler: Compiler): void {
  compiler.options.devtool ||= 'source-map';
  const { Compilation, sources } = compiler.webpack;
  compiler.hooks.thisCompilation.tap(NAME, (compilation) => {
    const stage = Compilation.PROCESS_ASSETS_STAGE_DEV_TOOLING + 1;
    compilation.hooks.processAssets.tap({ name: NAME, stage }, (assets) => {
      for (const [name, asset] of Object.entries(assets)) {
        if (!/\.[cm]?js$/.test(name)) continue;
        const map = assets[`${name}.map`]?.source().toString();
        const kind = compiler.options.output.module === true ? 'module' : 'commonjs';
        const path = resolve(compiler.outputPath, name);
        const done = instrumentOutput({ code: asset.source().toString(), map, path, kind });
        if ('notObserved' in done) compilation.warnings.push(new Error(`${name} is not observed: ${done.notObserved}`));
        else compilation.updateAsset(name, new sources.RawSource(done.code));
      }
    });
  });
}
