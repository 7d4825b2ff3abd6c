import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import type { Verification } from '@hindcast/server/loop/caseFile';
import { caseJson } from '@hindcast/server/loop/caseJson';
import { verificationText } from '@hindcast/server/loop/caseMarkdown';
import { CaseError } from '@hindcast/server/loop/caseStore';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command } from '../command.js';
import { ForgeError } from '../forge/forgeApi.js';
import { forgeOfRepository, forgeHelp, forgeOptions } from '../loop/forgeOfRepository.js';
import { withLoopSources } from '../loop/loopSources.js';
import { commentVerification, verifyCase } from '../loop/verifyCase.js';
import { connectionHelp, connectionOptions, parseOptions } from '../options.js';
import { escapeControls } from '../paint.js';

/** The prediction did not hold, for scripts. */
const EXIT_REFUTED = 3;
/** There is not enough data yet, for scripts. */
const EXIT_WAITING = 4;

const help = `Usage: hindcast verify CASE [--version VERSION] [--comment] [--json] [--root FOLDER] [--collector HOST:PORT]

Tests a case's prediction on what the newest version of the service does: confirmed, refuted, or not enough data yet. The answer is
written into the case. Refuted opens the case again, against the version that it was refuted by.

  --version VERSION      the version to test (default: the one that began last)
  --comment              also say it on the case's pull request, in one comment that is kept up to date
  --json                 the case as data
  --root FOLDER          the repository (default: around the working folder)
${forgeHelp}${connectionHelp}
Exit code 0 confirmed, 3 refuted, 4 not enough data yet, 1 when it could not be asked.
`;

/** `hindcast verify`. */
export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Test after a deploy whether a fix did what its case predicts.',
  help,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      args,
      {
        ...{ version: { type: 'string' }, comment: { type: 'boolean' }, json: { type: 'boolean' } },
        ...{ root: { type: 'string' }, ...forgeOptions, ...connectionOptions },
      },
      true,
    );
    const [id, another] = positionals;
    if (id === undefined || another !== undefined) throw new UsageError('verify takes one CASE.');
    try {
      return await withLoopSources(values, terminal, async (sources) => {
        const forge = values.comment ? await forgeOfRepository(sources.root, values, terminal.environment) : undefined;
        const candidate = values.version === undefined ? undefined : { version: values.version };
        const { own, verification } = await verifyCase(sources.cases.read(id), sources, { candidate });
        if (values.json) terminal.out(caseJson(own));
        else
          terminal.out(`${escapeControls(verificationText(verification).replace(/^- /, '').replaceAll('**', ''))}\n`);
        if (forge) {
          const did = await commentVerification(own, verification, forge);
          terminal.error(did === '' ? 'The case has no pull request.\n' : `Comment ${did}.\n`);
        }
        return exitCode(verification);
      });
    } catch (error) {
      if (!isExpected(error)) throw error;
      terminal.error(`hindcast verify: ${error.message}\n`);
      return EXIT_FAILED;
    }
  },
};

function exitCode({ verdict }: Verification): number {
  return verdict === 'confirmed' ? EXIT_OK : verdict === 'refuted' ? EXIT_REFUTED : EXIT_WAITING;
}

function isExpected(error: unknown): error is Error {
  return error instanceof CollectorClientError || error instanceof CaseError || error instanceof ForgeError;
}
