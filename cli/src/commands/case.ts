import { join } from 'node:path';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import type { Finding } from '@hindcast/server/collector/findings';
import type { Case } from '@hindcast/server/loop/caseFile';
import { caseJson } from '@hindcast/server/loop/caseJson';
import { CaseError } from '@hindcast/server/loop/caseStore';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command, type Terminal } from '../command.js';
import { withLoopSources, type LoopSources } from '../loop/loopSources.js';
import { caseOf, currentFindings } from '../loop/openCases.js';
import { connectionHelp, connectionOptions, parseOptions } from '../options.js';
import { escapeControls } from '../paint.js';

const help = `Usage: hindcast case [FINDING | --all] [--service NAME] [--json] [--root FOLDER] [--collector HOST:PORT]

Opens a case of something that got worse: the evidence, the change that is suspected, and a prediction that says when it is mended.
Written to .hindcast/cases/FINDING/case.json and case.md. Without FINDING: lists what is found, and the cases that are there.

  --all                  a case of everything that is found
  --service NAME         only of this service
  --json                 the cases as data
  --root FOLDER          the repository (default: around the working folder)
${connectionHelp}`;

/** `hindcast case`. */
export const caseCommand: Command = {
  name: 'case',
  summary: 'Open a case of what got worse: evidence, suspected change, prediction.',
  help,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      args,
      {
        ...{ all: { type: 'boolean' }, json: { type: 'boolean' }, service: { type: 'string' } },
        ...{ root: { type: 'string' }, ...connectionOptions },
      },
      true,
    );
    const [wanted, another] = positionals;
    if (another !== undefined) throw new UsageError('case takes one FINDING.');
    if (wanted !== undefined && values.all) throw new UsageError('name a FINDING or say --all, not both.');
    if (wanted !== undefined && !/^[0-9a-f]{4,16}$/.test(wanted)) {
      throw new UsageError(`'${wanted}' is no finding: its id has 16 hex digits, of which four or more are enough.`);
    }
    try {
      return await withLoopSources(values, terminal, async (sources) => {
        const findings = await currentFindings(sources, values.service);
        if (!findings) return failed(terminal, 'this collector is too old to compare versions.');
        if (wanted === undefined && !values.all) return list(findings, sources, values.json === true, terminal);
        const chosen = findings.filter(({ id }) => wanted === undefined || id.startsWith(wanted));
        if (wanted !== undefined && chosen.length === 0) return known(wanted, sources, values.json === true, terminal);
        if (wanted !== undefined && chosen.length > 1) throw new UsageError(`several findings begin with ${wanted}.`);
        const opened: Case[] = [];
        for (const finding of chosen) {
          const { own, isNew } = await caseOf(finding, sources);
          opened.push(own);
          if (!values.json) told(own, isNew ? 'opened' : 'is there already', sources, terminal);
        }
        if (values.json) terminal.out(jsonOf(opened));
        else if (opened.length === 0) terminal.out('Nothing got worse that could be shown.\n');
        return EXIT_OK;
      });
    } catch (error) {
      if (!(error instanceof CollectorClientError || error instanceof CaseError)) throw error;
      return failed(terminal, error.message);
    }
  },
};

function list(findings: readonly Finding[], { cases }: LoopSources, isJson: boolean, terminal: Terminal): number {
  const all = cases.list((problem) => terminal.error(`hindcast case: ${problem}\n`));
  if (isJson) {
    terminal.out(jsonOf(all));
    return EXIT_OK;
  }
  const row = (id: string, state: string, text: string) =>
    terminal.out(`  ${id}  ${state.padEnd(10)} ${escapeControls(text).slice(0, 160)}\n`);
  const fresh = findings.filter(({ id }) => !all.some((own) => own.id === id));
  if (fresh.length > 0) terminal.out('Found, without a case:\n');
  for (const { id, state, service, summary } of fresh) row(id, state, `${service}: ${summary}`);
  if (all.length > 0) terminal.out('Cases:\n');
  for (const { id, status, finding } of all) row(id, status, `${finding.service}: ${finding.summary}`);
  if (fresh.length + all.length === 0) terminal.out('Nothing got worse that could be shown, and there are no cases.\n');
  else if (fresh.length > 0) terminal.out('\nOpen one: hindcast case ID\n');
  return EXIT_OK;
}

/** A finding may have gone while its case is still worked on. */
function known(wanted: string, sources: LoopSources, isJson: boolean, terminal: Terminal): number {
  const own = sources.cases.read(wanted);
  if (isJson) terminal.out(jsonOf([own]));
  else told(own, 'is there already; it is not found any more', sources, terminal);
  return EXIT_OK;
}

function told({ id, finding }: Case, did: string, { cases }: LoopSources, terminal: Terminal): void {
  terminal.out(`Case ${id} ${did}: ${escapeControls(`${finding.service}: ${finding.summary}`)}\n`);
  terminal.out(`  ${join(cases.folderOf(id), 'case.md')}\n`);
}

function jsonOf(cases: readonly Case[]): string {
  return `[${cases.map((own) => caseJson(own).trimEnd()).join(',\n')}]\n`;
}

function failed(terminal: Terminal, message: string): number {
  terminal.error(`hindcast case: ${message}\n`);
  return EXIT_FAILED;
}
