import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { annotateFile } from '@hindcast/server/answers/annotateFile';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import { DeployedTexts } from '@hindcast/server/git/deployedTexts';
import { fileFacts } from '@hindcast/server/match/fileFacts';
import { contentHash } from '@hindcast/server/source/contentHash';
import { findFileHints } from '@hindcast/server/source/fileHints';
import { Grammars } from '@hindcast/server/source/grammars';
import { languageOfPath, languages, type Language } from '@hindcast/server/source/languages';
import { MAX_SOURCE_CHARACTERS, SourceFile } from '@hindcast/server/source/sourceFile';
import { annotationText } from '../annotationText.js';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command } from '../command.js';
import {
  accessOption,
  collectorOption,
  connectionHelp,
  connectionOptions,
  parseOptions,
  snapshotOption,
  windowOption,
} from '../options.js';
import { colours, noColours } from '../paint.js';

const help = `Usage: hindcast annotate FILE [--json] [--service NAME] [--window PT1H] [--collector HOST:PORT]

The source with its runtime facts: every function ran, never ran, or was not observed, and why.

  --json                 one JSON object instead of text
  --service NAME         only this service.name, when several run the file
  --window DURATION      how far back, ISO-8601: PT15M, PT1H, P7D (default PT1H)
  --snapshot FILE        read this file of hindcast snapshot instead of asking a collector; the window is the file's
${connectionHelp}`;

/** `hindcast annotate FILE`. */
export const annotateCommand: Command = {
  name: 'annotate',
  summary: 'Show a source file with what its functions do in production.',
  help,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      args,
      {
        json: { type: 'boolean' },
        service: { type: 'string' },
        window: { type: 'string' },
        snapshot: { type: 'string' },
        ...connectionOptions,
      },
      true,
    );
    const [file, another] = positionals;
    if (file === undefined) throw new UsageError('annotate needs a FILE.');
    if (another !== undefined) throw new UsageError(`annotate takes one FILE; '${another}' is a second one.`);
    const address = collectorOption(values.collector, terminal);
    const language = languageOfPath(file);
    if (!language) throw new UsageError(`'${file}' is in a language that is not read yet; ${supported()} are.`);

    const path = resolve(terminal.workingFolder, file);
    const bytes = await readSource(path, file);
    const snapshot = await snapshotOption(values.snapshot, terminal);
    const window = windowOption(snapshot?.window ?? values.window);
    const client = new CollectorClient(address, accessOption(values, terminal));
    try {
      const hash = contentHash(bytes);
      const [source, hints, overlay] = await Promise.all([
        openSource(language, bytes.toString('utf8'), file),
        findFileHints(path),
        (snapshot ?? client).getOverlay([{ path, contentHash: hash }], { windowSeconds: window.seconds }),
      ]);
      const deployments = overlay[0] ?? [];
      const isOpenText = (key: string) => key === hash;
      const facts = fileFacts(
        { functions: source.functions, contentHash: hash, parsed: source },
        deployments,
        hints,
        values.service,
        await new DeployedTexts(new Grammars()).find(path, deployments, isOpenText),
      );
      const annotation = annotateFile({ file, path, window: window.text }, facts);
      terminal.out(
        values.json
          ? `${JSON.stringify(annotation, undefined, 2)}\n`
          : annotationText(source.text, annotation, terminal.isColour ? colours : noColours),
      );
      return EXIT_OK;
    } catch (error) {
      if (!(error instanceof CollectorClientError)) throw error;
      terminal.error(`hindcast: ${error.message}\n`);
      return EXIT_FAILED;
    } finally {
      client.close();
    }
  },
};

async function readSource(path: string, file: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`cannot read '${file}': ${error instanceof Error ? error.message : String(error)}.`);
  }
}

async function openSource(language: Language, text: string, file: string): Promise<SourceFile> {
  // A byte order mark is no part of the program, and would shift the first line's columns.
  const source = await SourceFile.open(new Grammars(), language, text.replace(/^\uFEFF/, ''));
  if (source.isTooLarge) {
    throw new UsageError(
      `'${file}' has more than ${MAX_SOURCE_CHARACTERS / 1024 / 1024} M characters and is not read.`,
    );
  }
  return source;
}

function supported(): string {
  return languages.flatMap(({ extensions }) => extensions).join(', ');
}
