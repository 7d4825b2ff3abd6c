import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command, type Terminal } from '../command.js';
import { ForgeApi, ForgeError } from '../forge/forgeApi.js';
import { forgeTarget, pullRequestNumber } from '../forge/forgeEnvironment.js';
import { headOf, keepComment, markerOf } from '../forge/keptComment.js';
import { parseOptions } from '../options.js';
import { readStandardInput } from '../standardInput.js';

const MAX_INPUT_BYTES = 1 << 20;

const help = `Usage: hindcast comment [FILE] [--pull-request NUMBER] [--repository OWNER/NAME] [--forge-url URL]

Puts Markdown on a pull request as a comment, and the next time updates that comment: hindcast assess --markdown | hindcast comment
Standard input is read when there is no FILE. Only a comment of its own is ever updated.

  --pull-request NUMBER    (default: that of the GitHub Actions event)
  --repository OWNER/NAME  (default: GITHUB_REPOSITORY)
  --forge-url URL          the forge's REST API (default: GITHUB_API_URL, else https://api.github.com)
  --head COMMIT            does nothing when the pull request proposes another commit by now
  --update-only            writes no comment where there is none yet
  --name NAME              what the comment is found by again, when the Markdown has no marker of its own (default: comment)
  --dry-run                asks nobody, and prints what would be written where

The token is taken from the environment variable GITHUB_TOKEN or GH_TOKEN; it needs "pull-requests: write".
`;

/** `hindcast comment`. */
export const commentCommand: Command = {
  name: 'comment',
  summary: 'Keep a comment on a pull request up to date.',
  help,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      args,
      {
        'pull-request': { type: 'string' },
        repository: { type: 'string' },
        'forge-url': { type: 'string' },
        head: { type: 'string' },
        'update-only': { type: 'boolean' },
        name: { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
      true,
    );
    if (positionals.length > 1) throw new UsageError('comment takes one FILE.');
    const number = pullRequestNumber(values['pull-request'], terminal.environment);
    const body = marked(await readBody(positionals[0], terminal), values.name ?? 'comment');
    if (values['dry-run']) {
      terminal.out(`Would be put on pull request ${number}:\n\n${body}`);
      return EXIT_OK;
    }
    const target = forgeTarget({ forgeUrl: values['forge-url'], repository: values.repository }, terminal.environment);
    try {
      const forge = new ForgeApi(target);
      if (values.head !== undefined && (await headOf(forge, number)) !== values.head) {
        terminal.error(`hindcast: pull request ${number} proposes another commit by now; nothing was written.\n`);
        return EXIT_OK;
      }
      const { did, url } = await keepComment(forge, number, body, !values['update-only']);
      terminal.out(did === 'left-out' ? 'No comment is there to update.\n' : `Comment ${did}: ${url}\n`);
      return EXIT_OK;
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error;
      terminal.error(`hindcast: ${error.message}\n`);
      return EXIT_FAILED;
    }
  },
};

function marked(text: string, name: string): string {
  if (!/^[\w.-]{1,50}$/.test(name)) throw new UsageError('--name takes letters, digits, ".", "-" and "_".');
  return markerOf(text) === undefined ? `<!-- hindcast:${name} -->\n${text}` : text;
}

async function readBody(file: string | undefined, terminal: Terminal): Promise<string> {
  if (file === undefined && process.stdin.isTTY) throw new UsageError('comment needs a FILE, or standard input.');
  const text =
    file === undefined
      ? await readStandardInput(MAX_INPUT_BYTES)
      : await readText(resolve(terminal.workingFolder, file));
  if (text === undefined) throw new UsageError('standard input is larger than a comment can be.');
  if (text.trim() === '') throw new UsageError('there is nothing to write.');
  return text;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`${path} cannot be read (${code}).`);
  }
}
