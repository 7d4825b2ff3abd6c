import { CaseError } from '@hindcast/server/loop/caseStore';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command } from '../command.js';
import { ForgeError } from '../forge/forgeApi.js';
import { agreed } from '../loop/agreed.js';
import { planFix, planText } from '../loop/fixPlan.js';
import { forgeHelp, forgeOptions } from '../loop/forgeOfRepository.js';
import { GitError } from '../loop/git.js';
import { withLoopSources } from '../loop/loopSources.js';
import { openPullRequest } from '../loop/openPullRequest.js';
import { FixRefused, proposeFix } from '../loop/proposeFix.js';
import { connectionHelp, connectionOptions, parseOptions } from '../options.js';

const help = `Usage: hindcast fix CASE --agent "COMMAND" [--test "COMMAND" | --no-test] [--push] [--yes | --dry-run] [options]

Runs a coding agent of your choice on a case, in a git worktree on a new branch hindcast/CASE; then the project's tests; assesses what was
changed; and commits it, with the text of a pull request. Says what it will do before it does. Examples of agents: docs/loop.md.

  --agent COMMAND        run as it is written, in a shell, without input; finds HINDCAST_TASK, HINDCAST_CASE_MARKDOWN, HINDCAST_CASE_JSON
                         and HINDCAST_MCP_CONFIG (paths of files) in its environment, and no token of the forge
  --test COMMAND         the project's tests (default: npm test, where package.json has one)
  --no-test              run none
  --base REVISION        what the branch starts from (default: HEAD)
  --into BRANCH          what the pull request is for (default: the remote's default branch)
  --push                 push the branch, under its own name, and open the pull request: with a token, else with gh
  --deadline DURATION    after which the agent, and the tests, are ended (default PT30M)
  --yes                  do not ask
  --dry-run              only say what would be done
  --root FOLDER          the repository (default: around the working folder)
${forgeHelp}${connectionHelp}`;

/** The flags of commands that have cases fixed, for `parseOptions`. */
export const fixOptions = {
  agent: { type: 'string' },
  test: { type: 'string' },
  'no-test': { type: 'boolean' },
  base: { type: 'string' },
  into: { type: 'string' },
  push: { type: 'boolean' },
  deadline: { type: 'string' },
} as const;

/** `hindcast fix`. */
export const fixCommand: Command = {
  name: 'fix',
  summary: 'Have a coding agent fix a case in a worktree, test it, and propose it.',
  help,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      args,
      {
        ...{ yes: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, root: { type: 'string' } },
        ...{ ...fixOptions, ...forgeOptions, ...connectionOptions },
      },
      true,
    );
    const [id, another] = positionals;
    if (id === undefined || another !== undefined) throw new UsageError('fix takes one CASE.');
    const cancel = new AbortController();
    const onSignal = (): void => cancel.abort();
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    try {
      return await withLoopSources(values, terminal, async (sources) => {
        const own = sources.cases.read(id);
        const plan = await planFix(own, values, sources, terminal);
        terminal.out(`Case ${own.id}: this will be done\n${planText(plan)}`);
        if (values['dry-run']) return EXIT_OK;
        if (!values.yes && !(await agreed(terminal))) {
          terminal.error('hindcast fix: nothing was done; --yes does it without asking.\n');
          return EXIT_FAILED;
        }
        const tell = (line: string): void => terminal.out(`${line}\n`);
        const proposal = await proposeFix(own, plan, sources, { tell, signal: cancel.signal });
        tell(`Text of the pull request: ${proposal.bodyFile}`);
        if (!plan.isPushed) {
          tell(`Nothing was pushed. To do it: git push ${plan.remote} ${plan.branch}`);
          return EXIT_OK;
        }
        const proposed = await openPullRequest(proposal, plan, sources, values);
        const request = proposed.fixes.at(-1)?.pullRequest;
        tell(`Pushed ${plan.branch}; pull request ${request?.number ?? ''} ${request?.url ?? ''}`);
        return EXIT_OK;
      });
    } catch (error) {
      if (!isExpected(error)) throw error;
      terminal.error(`hindcast fix: ${error.message}\n`);
      return EXIT_FAILED;
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  },
};

function isExpected(error: unknown): error is Error {
  return [CaseError, FixRefused, ForgeError, GitError].some((kind) => error instanceof kind);
}
