import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from './gitHistory.js';

export interface PublishedPackage {
  readonly name: string;
  readonly versions: readonly string[];
  /** Where its source is, when that is not all of it. */
  readonly folder?: string;
}

/** The source files of one published version; fetched once. */
export function filesOf(tools: string, row: PublishedPackage, version: string): Files {
  const folder = join(tools, `${row.name.replace('/', '__')}-${version}`);
  if (!existsSync(folder)) fetchVersion(`${row.name}@${version}`, folder);
  const root = join(folder, row.folder ?? '');
  const found = globSync('**/*.{js,mjs,cjs,ts}', { cwd: root }).filter(
    (path) =>
      !/(?:^|\/)(?:node_modules|test|tests|dist|examples|esm|benchmarks?|types)\/|\.d\.ts$|\.min\.js$/.test(path),
  );
  return new Map(found.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

function fetchVersion(spec: string, folder: string): void {
  const unpacked = `${folder}.part`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const options = { cwd: unpacked, timeout: 120_000, maxBuffer: 64 << 20 };
  try {
    const output = execFileSync('npm', ['pack', spec, '--json', '--ignore-scripts'], options).toString('utf8');
    const [packed] = JSON.parse(output) as { filename: string }[];
    const archive = packed?.filename ?? '';
    execFileSync('tar', ['-xzf', archive, '--strip-components=1', '--no-same-owner'], options);
    rmSync(join(unpacked, archive));
  } catch (error) {
    throw new Error(`${spec} could not be fetched from npm; is there a network?`, { cause: error });
  }
  renameSync(unpacked, folder);
}
