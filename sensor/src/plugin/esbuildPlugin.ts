import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { OutputFile, Plugin } from 'esbuild';
import { instrumentOutput } from './instrumentOutput.js';

/**
 * An esbuild plugin: counts the functions of own code in every output. It turns source maps on, if they are off, to know where they
 * were written.
 */
export function hindcast(): Plugin {
  return {
    name: 'hindcast',
    setup(build) {
      const options = build.initialOptions;
      options.metafile = true;
      options.sourcemap ||= 'linked';
      build.onEnd(async (result) => {
        if (result.errors.length > 0) return undefined;
        const root = options.absWorkingDir ?? process.cwd();
        const warnings: { text: string }[] = [];
        for (const name of Object.keys(result.metafile?.outputs ?? {}).filter(isScript)) {
          const path = resolve(root, name);
          const held = result.outputFiles?.find((file) => file.path === path);
          const code = held?.text ?? (await readFile(path, 'utf8'));
          const map = await mapBeside(path, result.outputFiles);
          const kind = options.format === 'esm' || name.endsWith('.mjs') ? 'module' : 'commonjs';
          const done = instrumentOutput({ code, map, path, kind });
          if ('notObserved' in done) warnings.push({ text: `${name} is not observed: ${done.notObserved}` });
          else if (held) held.contents = new TextEncoder().encode(done.code);
          else await writeFile(path, done.code);
        }
        return { warnings };
      });
    },
  };
}

const isScript = (name: string): boolean => /\.[cm]?js$/.test(name);

async function mapBeside(path: string, held: readonly OutputFile[] | undefined): Promise<string | undefined> {
  if (held) return held.find((file) => file.path === `${path}.map`)?.text;
  try {
    return await readFile(`${path}.map`, 'utf8');
  } catch {
    return undefined;
  }
}
