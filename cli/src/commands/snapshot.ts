import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CollectorChannel } from '@hindcast/server/collector/collectorChannel';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import { snapshotText } from '@hindcast/server/collector/snapshotFile';
import { SNAPSHOT_FILE_NAME } from '@hindcast/server/collector/snapshotReader';
import { takeSnapshot } from '@hindcast/server/collector/takeSnapshot';
import { runGit } from '@hindcast/server/git/runGit';
import { languageOfPath } from '@hindcast/server/source/languages';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command } from '../command.js';
import {
  accessOption,
  collectorOption,
  connectionHelp,
  connectionOptions,
  parseOptions,
  windowOption,
} from '../options.js';

const DEFAULT_MAX_KB = 4096;

const help = `Usage: hindcast snapshot [--out FILE] [--window P7D] [--max-kb N] [--collector HOST:PORT]

Writes what is known of this repository's files into one file, to be committed: hindcast annotate --snapshot FILE, editors and
agents read it with no collector. Equal facts give equal bytes.

  --out FILE             where to (default ${SNAPSHOT_FILE_NAME})
  --window DURATION      how far back, ISO-8601 (default P7D)
  --max-kb N             at most so large; the files with fewest calls are left out (default ${DEFAULT_MAX_KB})
${connectionHelp}`;

/** `hindcast snapshot`. */
export const snapshotCommand: Command = {
  name: 'snapshot',
  summary: 'Write what is known of this repository into a file that can be committed.',
  help,
  async run(args, terminal) {
    const { values } = parseOptions(args, {
      out: { type: 'string' },
      window: { type: 'string' },
      'max-kb': { type: 'string' },
      ...connectionOptions,
    });
    const window = windowOption(values.window ?? 'P7D');
    const maxKb = Number(values['max-kb'] ?? DEFAULT_MAX_KB);
    if (!Number.isSafeInteger(maxKb) || maxKb < 1) throw new UsageError('--max-kb takes a whole number above 0.');
    const out = values.out ?? SNAPSHOT_FILE_NAME;
    const address = collectorOption(values.collector, terminal);
    const paths = await sourceFiles(terminal.workingFolder);
    const channel = new CollectorChannel(address, accessOption(values, terminal));
    try {
      const snapshot = await takeSnapshot(channel, paths, { windowSeconds: window.seconds });
      const text = snapshotText(snapshot, maxKb * 1024);
      await writeFile(resolve(terminal.workingFolder, out), text);
      const files = text.split('\n').length - 4;
      const left = snapshot.files.length - files;
      terminal.out(
        `${out}: ${files} of ${paths.length} source files have facts, ${Math.ceil(text.length / 1024)} KB` +
          `${left > 0 ? `; ${left} more were left out (--max-kb)` : ''}.\n`,
      );
      return EXIT_OK;
    } catch (error) {
      if (!(error instanceof CollectorClientError)) throw error;
      terminal.error(`hindcast: ${error.message}\n`);
      return EXIT_FAILED;
    } finally {
      channel.close();
    }
  },
};

/** Of the repository that the folder is in, relative to its root. @throws UsageError when it is in none */
async function sourceFiles(folder: string): Promise<string[]> {
  const root = (await runGit(folder, ['rev-parse', '--show-toplevel']))?.toString('utf8').trim();
  const listed = root && (await runGit(root, ['ls-files', '-co', '--exclude-standard', '-z']))?.toString('utf8');
  if (!listed) throw new UsageError('snapshot is run within a git repository that has files.');
  return listed
    .split('\0')
    .filter((path) => path !== '' && languageOfPath(path) !== undefined)
    .sort();
}
