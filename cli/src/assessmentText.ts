import type { AssessedFunction, Assessment } from '@hindcast/core/assess/assessment';
import { formatAge, formatRate, formatShare } from '@hindcast/core/format';
import { consequencesOf, exposureText, totalsText } from '@hindcast/server/change/consequences';
import type { PolicyOutcome } from '@hindcast/server/change/policy';
import { cleanText } from '@hindcast/server/agents/productionText';
import { escapeControls, type Paint } from './paint.js';

const MAX_FUNCTIONS = 30;
const MAX_QUIET = 10;
const MAX_UNMATCHED = 20;

/** What `hindcast assess` prints for people. Names of the repository and of production cannot steer the terminal. */
export function assessmentText(assessment: Assessment, policy: PolicyOutcome, paint: Paint): string {
  const { functions, unmatched, factors, risk, base, baseNote, exposureNote, head } = assessment;
  const paintedRisk = painted(`${Math.round(risk)} of 100, ${policy.level}`, policy.level, paint);
  const lines = [
    `${paint.bold('Risk')} ${paintedRisk}  ${totalsText(functions)}.`,
    paint.dim(
      `From ${base.slice(0, 10)} to ${/^[0-9a-f]{40,}$/.test(head) ? head.slice(0, 10) : head}.${dataText(assessment)}`,
    ),
    ...[baseNote, exposureNote].filter((note) => note !== '').map((note) => paint.yellow(safe(note, 300))),
    ...policy.requirements.map(({ require, when, functions: own }) =>
      paint.red(
        `Required: ${safe(require)}, since ${safe(when)} holds for ${own.length === 1 ? safe(own[0] ?? '') : `${own.length} functions`}.`,
      ),
    ),
  ];
  const telling = functions.filter(isTelling);
  const quiet = functions.filter((own) => !isTelling(own));
  for (const own of telling.slice(0, MAX_FUNCTIONS)) lines.push('', ...functionLines(own, paint));
  if (telling.length > MAX_FUNCTIONS) lines.push('', `… and ${telling.length - MAX_FUNCTIONS} more.`);
  if (quiet.length > 0) {
    lines.push('', paint.dim('Nothing that production would notice, as far as is known:'));
    for (const own of quiet.slice(0, MAX_QUIET)) lines.push(paint.dim(`  ${own.kind.padEnd(11)} ${placeText(own)}`));
    if (quiet.length > MAX_QUIET) lines.push(paint.dim(`  … and ${quiet.length - MAX_QUIET} more.`));
  }
  const parts = factors.filter(({ contribution }) => contribution >= 0.05);
  if (parts.length > 0) {
    lines.push('', paint.bold('What the risk is made of'));
    for (const { name, contribution } of parts) lines.push(`  ${contribution.toFixed(1).padStart(5)}  ${safe(name)}`);
  }
  if (unmatched.length > 0) {
    lines.push('', paint.bold(`Not matched: ${unmatched.length}`));
    for (const { file, name, line, reason } of unmatched.slice(0, MAX_UNMATCHED)) {
      const place = `${file}${line === undefined ? '' : `:${line}`}${name === '' ? '' : ` ${name}`}`;
      lines.push(`  ${safe(place, 160)}: ${paint.dim(safe(reason, 300))}`);
    }
    if (unmatched.length > MAX_UNMATCHED)
      lines.push(`  … and ${unmatched.length - MAX_UNMATCHED} more; --json has all.`);
  }
  return `${lines.join('\n')}\n`;
}

function painted(text: string, level: PolicyOutcome['level'], paint: Paint): string {
  if (level === 'low') return paint.green(text);
  return level === 'medium' ? paint.yellow(text) : paint.red(text);
}

function isTelling(own: AssessedFunction): boolean {
  if (own.kind === 'reformatted' || own.kind === 'moved' || own.kind === 'renamed') return false;
  return own.contribution >= 0.05 || own.exposure.state === 'ran' || consequencesOf(own, safe).length > 0;
}

function functionLines(own: AssessedFunction, paint: Paint): string[] {
  const { exposure, contribution, kind } = own;
  const facts = [
    exposureText(own),
    ...exposure.entryPoints
      .slice(0, 3)
      .map((entry) => `${safe(entry.name)} ${formatRate(entry.callsPerMinute)} (${formatShare(entry.share)})`),
    ...(exposure.criticalPathShare === undefined
      ? []
      : [`${formatShare(exposure.criticalPathShare)} of a critical path`]),
    ...(exposure.services.length > 1
      ? [
          `reached by ${exposure.services
            .slice(0, 4)
            .map((each) => safe(each))
            .join(', ')}`,
        ]
      : []),
    ...(exposure.errorRate ? [`${formatShare(exposure.errorRate)} errors`] : []),
  ];
  return [
    `${paint.bold(safe(own.name))} ${kind}${contribution >= 0.05 ? `, risk ${contribution.toFixed(1)}` : ''}  ${paint.dim(safe(`${own.file}:${own.line}`, 200))}`,
    `  ${facts.join(' · ')}`,
    ...consequencesOf(own, safe).map((text) => `  ${paint.yellow(text)}`),
    ...(own.confidence === 'low' ? ['  It is not sure that this is the same function as before.'] : []),
  ];
}

function placeText({ file, line, name, was }: AssessedFunction): string {
  const from =
    was && (was.name !== name || was.file !== file) ? `  (was ${safe(was.file, 120)} ${safe(was.name, 120)})` : '';
  return `${safe(name, 120)}  ${safe(`${file}:${line}`, 160)}${from}`;
}

function dataText({ asOfMs, windowSeconds }: Assessment): string {
  if (asOfMs === undefined) return '';
  return ` Production: the last ${formatAge(windowSeconds)}, as of ${new Date(asOfMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
}

function safe(text: string, maxCharacters = 120): string {
  return escapeControls(cleanText(text, maxCharacters));
}
