import type { ChangedCall, ChangedCount, CountComparison } from '@hindcast/server/loop/compareCounts';
import { escapeControls } from '../paint.js';

const MAX_ROWS = 40;

/** What `hindcast compare --json` prints. */
export interface CompareReport extends CountComparison {
  /** A commit's id. */
  readonly base: string;
  readonly head: 'working tree';
  /** Exit codes of all runs; null: ended by a signal. */
  readonly exitCodes: { readonly base: readonly (number | null)[]; readonly head: readonly (number | null)[] };
  /** What the numbers do not say, one sentence each. */
  readonly notes: readonly string[];
}

/** A comparison for people. */
export function compareText(report: CompareReport): string {
  const { functions, calls, same, unstable, exitCodes, notes, base } = report;
  const lines = [
    `Base ${base.slice(0, 12)} and the working tree: ${functions.length} functions are called another number of times, ${same} as often as before.`,
  ];
  if (calls.length > 0) lines.push('', 'For each call of the function:', ...rows(calls.map(callRow)));
  if (functions.length > 0) lines.push('', 'Calls in all:', ...rows(functions.map(countRow)));
  if (unstable.length > 0) {
    lines.push(
      '',
      `${unstable.length} functions are called another number of times in each run of the same code, and left out.`,
    );
  }
  for (const [side, codes] of Object.entries(exitCodes)) {
    const failed = codes.filter((code) => code !== 0);
    if (failed.length > 0)
      lines.push('', `The command failed on the ${side} (${failed.map((code) => code ?? 'signal').join(', ')}).`);
  }
  for (const note of notes) lines.push('', note);
  return `${lines.map(escapeControls).join('\n')}\n`;
}

function rows(all: readonly string[]): string[] {
  const more = all.length - MAX_ROWS;
  return [...all.slice(0, MAX_ROWS), ...(more > 0 ? [`  … ${more} more (--json)`] : [])];
}

function callRow({ caller, callee, base, head, production }: ChangedCall): string {
  const there = production === undefined ? '' : ` (production ${number(production)})`;
  return `  ${caller.name} → ${callee.name}  ${number(base)} → ${number(head)}${there}  ${caller.file}`;
}

function countRow({ file, name, base, head }: ChangedCount): string {
  return `  ${name}  ${base ?? 'not called'} → ${head ?? 'not called'}  ${file}`;
}

function number(value: number | undefined): string {
  return value === undefined ? 'not called' : String(Number(value.toFixed(2)));
}
