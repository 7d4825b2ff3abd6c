import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Assessment } from '@hindcast/core/assess/assessment';
import { assess, type ChangeQuestion } from '@hindcast/server/change/assess';
import { assessmentJson } from '@hindcast/server/change/assessmentJson';
import { assessmentMarkdown } from '@hindcast/server/change/assessmentMarkdown';
import { assessmentSarif } from '@hindcast/server/change/assessmentSarif';
import { ChangeError } from '@hindcast/server/change/changeError';
import type { ExposureSource } from '@hindcast/server/change/exposureSource';
import { applyPolicy, type PolicyOutcome } from '@hindcast/server/change/policy';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import { GitRepository } from '@hindcast/server/git/gitRepository';
import { findGrammarsFolder, Grammars } from '@hindcast/server/source/grammars';
import { TreePool } from '@hindcast/server/source/treePool';
import { assessmentText } from '../assessmentText.js';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command, type Terminal } from '../command.js';
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
import { readPolicy } from '../policyFile.js';
import { readStandardInput } from '../standardInput.js';
import { VERSION } from '../version.js';

const MAX_PATCH_CHARACTERS = 64 * 1024 * 1024;
/** A change of some hundred files is parsed once: 150 MB of syntax trees, which are gone with the process. */
const MAX_TREE_CHARACTERS = 6 * 1024 * 1024;

const help = `Usage: hindcast assess [--base REV] [--head REV | --patch FILE] [--json | --markdown | --sarif] [--fail-over N]

What a change does in production: the functions that it touches, what goes through them, what it costs there, and how risky that is.
Without options: the working tree against the revision that production runs.

  --base REV             compare with this revision (default: the deployed one, else HEAD)
  --head REV             assess this revision (default: the working tree, with files that git does not keep yet)
  --patch FILE           assess this patch, applied to the base; '-' is standard input
  --json                 one JSON object instead of text
  --markdown             a comment for a pull request: hindcast assess --markdown | hindcast comment
  --sarif                SARIF 2.1.0, for code scanning
  --fail-over N          exit code 1 when the risk is over N, 0 to 100
  --window DURATION      how far back production is read, ISO-8601 (default PT1H)
  --environment NAME     only this deployment.environment.name
  --snapshot FILE        read this file of hindcast snapshot instead of asking a collector; the window is the file's
  --root FOLDER          a folder of the repository (default: the working folder)
${connectionHelp}
A repository's policy is in .hindcast.yml. Without a collector the source is assessed all the same, and exposure is unknown.
Exit code 0, 1 over the limit, 2 for wrong use.
`;

/** `hindcast assess`. */
export const assessCommand: Command = {
  name: 'assess',
  summary: 'Say what a change does in production, and how risky that is.',
  help,
  async run(args, terminal) {
    const { values } = parseOptions(args, {
      base: { type: 'string' },
      head: { type: 'string' },
      patch: { type: 'string' },
      json: { type: 'boolean' },
      markdown: { type: 'boolean' },
      sarif: { type: 'boolean' },
      'fail-over': { type: 'string' },
      window: { type: 'string' },
      environment: { type: 'string' },
      snapshot: { type: 'string' },
      root: { type: 'string' },
      ...connectionOptions,
    });
    const forms = (['json', 'markdown', 'sarif'] as const).filter((form) => values[form]);
    if (forms.length > 1) throw new UsageError(`--${forms[0] ?? ''} and --${forms[1] ?? ''} do not go together.`);
    const limit = limitOption(values['fail-over']);
    const folder = resolve(terminal.workingFolder, values.root ?? '.');
    const repository = await GitRepository.around(folder);
    if (!repository) throw new UsageError(`${folder} is in no git repository, so nothing can be compared.`);
    const policy = await readPolicy(repository.root);
    const snapshot = await snapshotOption(values.snapshot, terminal);
    const address = collectorOption(values.collector, terminal);
    const client = snapshot ? undefined : new CollectorClient(address, accessOption(values, terminal));
    try {
      const windowSeconds = snapshot?.windowSeconds ?? windowOption(values.window).seconds;
      const assessment = await assessed(
        {
          folder,
          base: values.base,
          head: values.head,
          patch: values.patch === undefined ? undefined : await readPatchFile(values.patch, terminal),
          scope: { windowSeconds, environment: values.environment },
        },
        snapshot ?? client,
        terminal,
      );
      const outcome = applyPolicy(policy, assessment);
      terminal.out(shown(forms[0], assessment, outcome, terminal));
      return limit !== undefined && assessment.risk > limit ? EXIT_FAILED : EXIT_OK;
    } catch (error) {
      if (error instanceof ChangeError) throw new UsageError(error.message);
      throw error;
    } finally {
      client?.close();
    }
  },
};

/** A collector that is not there leaves the source to be assessed. */
async function assessed(
  question: ChangeQuestion,
  exposure: ExposureSource | undefined,
  terminal: Terminal,
): Promise<Assessment> {
  const grammars = new Grammars(findGrammarsFolder(), new TreePool(MAX_TREE_CHARACTERS));
  try {
    return await assess(question, { exposure, grammars });
  } catch (error) {
    if (!(error instanceof CollectorClientError)) throw error;
    terminal.error(`hindcast: exposure is unknown: ${error.message}\n`);
    return assess(question, { exposure: undefined, exposureNote: `Exposure is unknown: ${error.message}`, grammars });
  }
}

function shown(
  form: 'json' | 'markdown' | 'sarif' | undefined,
  assessment: Assessment,
  outcome: PolicyOutcome,
  terminal: Terminal,
): string {
  switch (form) {
    case 'json':
      return `${assessmentJson(assessment, outcome)}\n`;
    case 'markdown':
      return assessmentMarkdown(assessment, outcome);
    case 'sarif':
      return assessmentSarif(assessment, outcome, VERSION);
    case undefined:
      return assessmentText(assessment, outcome, terminal.isColour ? colours : noColours);
  }
}

function limitOption(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const limit = Number(value);
  if (value.trim() === '' || !(limit >= 0 && limit <= 100))
    throw new UsageError('--fail-over takes a number from 0 to 100.');
  return limit;
}

async function readPatchFile(file: string, terminal: Terminal): Promise<string> {
  let text: string | undefined;
  try {
    text =
      file === '-'
        ? await readStandardInput(MAX_PATCH_CHARACTERS)
        : await readFile(resolve(terminal.workingFolder, file), 'utf8');
  } catch (error) {
    throw new UsageError(`--patch: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (text === undefined || text.length > MAX_PATCH_CHARACTERS)
    throw new UsageError('--patch: the patch is larger than 64 M characters.');
  return text;
}
