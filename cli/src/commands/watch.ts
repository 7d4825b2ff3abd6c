import { setTimeout as wait } from 'node:timers/promises';
import { parseIsoDuration } from '@hindcast/core/isoDuration';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command, type Terminal } from '../command.js';
import { agreed } from '../loop/agreed.js';
import { testCommand } from '../loop/fixPlan.js';
import { forgeHelp, forgeOptions } from '../loop/forgeOfRepository.js';
import { withLoopSources, type LoopSources } from '../loop/loopSources.js';
import { watchRound, type WatchContext } from '../loop/watchRound.js';
import { connectionHelp, connectionOptions, parseOptions } from '../options.js';
import { escapeControls } from '../paint.js';
import { fixOptions } from './fix.js';

const DEFAULT_INTERVAL = 'PT1M';
const MAX_INTERVAL_SECONDS = 86_400;
/** While the collector is away, at most so long between two tries. */
const MAX_AWAY_MS = 300_000;

const help = `Usage: hindcast watch [--agent "COMMAND" ...] [--interval PT1M] [--once] [--service NAME] [--yes] [options]

Does what case, fix and verify do, again and again: opens a case of whatever is shown to have got worse, has it fixed where an agent is
named, and tests after each deploy whether it is mended. What it knows is in the case files: it goes on where it ended.

  --interval DURATION    between two rounds (default PT1M)
  --once                 one round
  --service NAME         only findings of this service
  --max-fixes N          how often an agent may try one case (default 3)
  --agent, --test, --no-test, --base, --into, --push, --deadline: as hindcast fix has them
  --yes                  do not ask before agents are run
  --root FOLDER          the repository (default: around the working folder)
${forgeHelp}${connectionHelp}`;

/** `hindcast watch`. */
export const watchCommand: Command = {
  name: 'watch',
  summary: 'Detect, open cases, have them fixed, verify: continuously.',
  help,
  async run(args, terminal) {
    const { values } = parseOptions(args, {
      ...{ interval: { type: 'string' }, once: { type: 'boolean' }, service: { type: 'string' } },
      ...{ yes: { type: 'boolean' }, 'max-fixes': { type: 'string' }, root: { type: 'string' } },
      ...fixOptions,
      ...forgeOptions,
      ...connectionOptions,
    });
    const intervalMs = intervalOption(values.interval);
    if (values['max-fixes'] !== undefined && !/^\d{1,3}$/.test(values['max-fixes'])) {
      throw new UsageError(`--max-fixes takes a number, not '${values['max-fixes']}'.`);
    }
    const cancel = new AbortController();
    const onSignal = (): void => cancel.abort();
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    const tell = (line: string): void => terminal.out(`${new Date().toISOString()} ${escapeControls(line)}\n`);
    try {
      return await withLoopSources(values, terminal, async (sources) => {
        if (values.agent !== undefined && !values.yes) {
          announce(values.agent, testCommand(values, sources.root), values.push === true, terminal);
          if (!(await agreed(terminal))) throw new UsageError('nobody agreed to agents being run: say --yes.');
        }
        const context: WatchContext = { sources, values, terminal, tell, signal: cancel.signal };
        const isOnce = values.once === true;
        return await rounds(context, { intervalMs, isOnce });
      });
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  },
};

/** Rounds until it is cancelled. A collector that is away is waited for, longer each time. */
async function rounds(
  context: WatchContext,
  { intervalMs, isOnce }: { readonly intervalMs: number; readonly isOnce: boolean },
): Promise<number> {
  const { signal, tell } = context;
  let timesAway = 0;
  // Asked by a function: the signal changes while a round is waited for.
  const isEnded = (): boolean => signal.aborted;
  while (!isEnded()) {
    try {
      await watchRound(context);
      if (timesAway > 0) tell('The collector answers again.');
      timesAway = 0;
      if (isOnce) return EXIT_OK;
    } catch (error) {
      if (isEnded()) break;
      if (!(error instanceof CollectorClientError)) throw error;
      if (timesAway++ === 0 || isOnce) tell(error.message);
      if (isOnce) return EXIT_FAILED;
    }
    const waitMs = timesAway === 0 ? intervalMs : Math.min(MAX_AWAY_MS, 1000 * 2 ** Math.min(timesAway, 9));
    await wait(waitMs, undefined, { signal }).catch(() => {});
  }
  tell(`Ended. Open cases: ${openCases(context.sources)}.`);
  return EXIT_OK;
}

function openCases({ cases }: LoopSources): number {
  return cases.list().filter(({ status }) => status !== 'confirmed').length;
}

function announce(agent: string, test: string | undefined, isPushed: boolean, terminal: Terminal): void {
  terminal.out(
    `Whatever is shown to have got worse, this will be done about it:\n  agent  ${agent}, in a worktree, on a new branch\n`,
  );
  terminal.out(
    `  tests  ${test ?? 'none'}\n  push   ${isPushed ? 'the branch, and a pull request' : 'nothing (--push)'}\n`,
  );
}

function intervalOption(value: string | undefined): number {
  const seconds = parseIsoDuration(value ?? DEFAULT_INTERVAL);
  if (seconds === undefined || seconds < 1 || seconds > MAX_INTERVAL_SECONDS) {
    throw new UsageError(`--interval takes an ISO-8601 duration from PT1S to P1D, not '${value ?? ''}'.`);
  }
  return seconds * 1000;
}
