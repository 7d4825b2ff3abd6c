import type { AssessedFunction, Assessment } from '@hindcast/core/assess/assessment';
import { formatAge, formatRate, formatShare } from '@hindcast/core/format';
import { cleanText, fenced } from '../agents/productionText.js';
import { consequencesOf, exposureText, totalsText } from './consequences.js';
import type { PolicyOutcome } from './policy.js';

/** The first line, by which a comment is found again. */
export const ASSESSMENT_MARKER = '<!-- hindcast:assessment -->';

/** GitHub takes 65,536 characters; this is of bytes, with room for a line of whoever posts it. */
export const MAX_MARKDOWN_BYTES = 60_000;
const MAX_FUNCTIONS = 40;
const MAX_UNMATCHED = 40;
const MAX_FACTORS = 12;

/**
 * An assessment as a comment on a pull request. All names stand in code spans, which nothing in them can end: no mention, link, image or
 * markup comes out of a file's name or of what production reported.
 */
export function assessmentMarkdown(assessment: Assessment, policy: PolicyOutcome): string {
  for (let room = 1; room > 0.01; room /= 2) {
    const text = render(assessment, policy, room);
    if (Buffer.byteLength(text) <= MAX_MARKDOWN_BYTES) return text;
  }
  return render(assessment, policy, 0);
}

function render(assessment: Assessment, policy: PolicyOutcome, room: number): string {
  const { functions, unmatched, factors, risk } = assessment;
  const shown = functions.filter(isShown);
  const first = shown.slice(0, Math.floor(MAX_FUNCTIONS * room));
  const lines = [
    ASSESSMENT_MARKER,
    `### Hindcast: risk ${Math.round(risk)} of 100, ${policy.level}`,
    '',
    `${totalsText(functions)}. ${comparedText(assessment)}`,
    ...notes(assessment),
    ...policy.requirements.map(
      ({ require, when, functions: own }) =>
        `\n> **Required: ${fenced(require, 80)}**, since ${fenced(when, 120)} holds for ${own.length === 1 ? fenced(own[0] ?? '', 160) : `${own.length} functions`}.`,
    ),
    '',
    ...first.flatMap((own) => functionLines(own)),
  ];
  if (shown.length > first.length) lines.push(`- … and ${shown.length - first.length} more functions.`);
  const quiet = functions.length - shown.length;
  if (quiet > 0)
    lines.push('', `${quiet} more ${quiet === 1 ? 'function' : 'functions'} of no consequence that is known.`);
  const telling = factors.filter(({ contribution }) => contribution >= 0.05).slice(0, MAX_FACTORS);
  if (telling.length > 0) {
    lines.push('', '<details><summary>What the risk is made of</summary>', '', '| factor | points |', '|---|---|');
    for (const { name, contribution } of telling) lines.push(`| ${cell(name)} | ${contribution.toFixed(1)} |`);
    lines.push('', '</details>');
  }
  if (unmatched.length > 0) {
    const listed = unmatched.slice(0, Math.floor(MAX_UNMATCHED * room));
    lines.push('', `<details><summary>Not matched: ${unmatched.length}</summary>`, '');
    for (const { file, name, line, reason } of listed) {
      const place = `${file}${line === undefined ? '' : `:${line}`}${name === '' ? '' : ` ${name}`}`;
      lines.push(`- ${fenced(place, 160)}: ${sentence(reason)}`);
    }
    if (unmatched.length > listed.length) lines.push(`- … and ${unmatched.length - listed.length} more.`);
    lines.push('', '</details>');
  }
  return `${lines.join('\n')}\n`;
}

/** Worth a line: it does something else, and something is known of what that means. */
function isShown(own: AssessedFunction): boolean {
  if (own.kind === 'reformatted' || own.kind === 'moved') return false;
  return own.contribution >= 0.5 || own.exposure.state === 'ran' || consequencesOf(own, (text) => text).length > 0;
}

function functionLines(own: AssessedFunction): string[] {
  const { name, file, line, kind, exposure, contribution } = own;
  const points = contribution >= 0.05 ? `, risk ${contribution.toFixed(1)}` : '';
  const share = exposure.criticalPathShare;
  const facts = [
    exposureText(own),
    ...exposure.entryPoints
      .slice(0, 3)
      .map((entry) => `${fenced(entry.name, 80)} ${formatRate(entry.callsPerMinute)} (${formatShare(entry.share)})`),
    ...(share === undefined ? [] : [`${formatShare(share)} of a critical path`]),
    ...(exposure.services.length > 1
      ? [
          `reached by ${exposure.services
            .slice(0, 4)
            .map((each) => fenced(each, 60))
            .join(', ')}`,
        ]
      : []),
    ...(exposure.errorRate ? [`${formatShare(exposure.errorRate)} errors`] : []),
  ];
  return [
    `- **${fenced(name, 120)}** ${kind}${points} — ${fenced(`${file}:${line}`, 200)}`,
    `  - ${facts.join(' · ')}`,
    ...consequencesOf(own, (text) => fenced(text, 80)).map((text) => `  - **${text}**`),
    ...(own.confidence === 'low' ? ['  - It is not sure that this is the same function as before.'] : []),
  ];
}

function comparedText({ base, head, asOfMs, windowSeconds }: Assessment): string {
  const newer = /^[0-9a-f]{40,64}$/.test(head) ? fenced(head.slice(0, 10)) : `the ${cleanText(head, 40)}`;
  const data =
    asOfMs === undefined
      ? ''
      : ` Production: the last ${formatAge(windowSeconds)}, as of ${new Date(asOfMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
  return `From ${fenced(base.slice(0, 10))} to ${newer}.${data}`;
}

function notes({ baseNote, exposureNote }: Assessment): string[] {
  return [baseNote, exposureNote].filter((note) => note !== '').map((note) => `\n${sentence(note)}`);
}

/** Prose that may hold a name from outside: nothing that a forge makes a mention, a link or markup of. */
function sentence(text: string): string {
  return cleanText(text, 300)
    .replace(/[@#*_~|\\[\]]/g, ' ')
    .replace(/\bwww\./gi, 'www ');
}

function cell(text: string): string {
  return fenced(text, 80).replaceAll('|', '\\|');
}
