import { formatAge, formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import type { FileAnnotation, FunctionAnnotation, Numbers } from '@hindcast/server/answers/annotateFile';
import { entryPointText, perCallText } from '@hindcast/server/present/entryPointText';
import { escapeControls, type Paint } from './paint.js';

/** Annotations stand in one column, right of all lines up to this width; longer lines push theirs to the right. */
const MAX_ANNOTATION_COLUMN = 72;
const MAX_CALLERS = 3;
const MAX_LISTED = 3;

/**
 * The source with its runtime facts at the right of each function's first line, after a header that says where the numbers
 * come from. Every number of the JSON form is in here too: unrounded counts, durations with their sample counts.
 */
export function annotationText(source: string, annotation: FileAnnotation, paint: Paint): string {
  const notes = new Map<number, FunctionAnnotation[]>();
  for (const own of annotation.functions) notes.set(own.line, [...(notes.get(own.line) ?? []), own]);
  const lines = source.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const digits = String(lines.length).length;
  const isNamed = annotation.functions.length > new Set(annotation.functions.map(place)).size;

  const shownLines = lines.map((text) => escapeControls(text.replaceAll('\t', '    ')));
  const widths = shownLines.map(({ length }) => length).filter((width) => width <= MAX_ANNOTATION_COLUMN);
  const column = Math.max(0, ...widths);
  const told = new Set([annotation.message]);
  const body = shownLines.flatMap((shown, index) => {
    const own = notes.get(index + 1) ?? [];
    const gutter = paint.dim(String(index + 1).padStart(digits));
    const noteLines = own.flatMap((note) => noteText(note, paint, own.length > 1 || isNamed, told));
    const [first = '', ...rest] = noteLines;
    const indent = ' '.repeat(digits + 2 + column);
    if (first === '') return [`${gutter}  ${shown}`];
    return [`${gutter}  ${shown.padEnd(column)} ${first}`, ...rest.map((more) => `${indent} ${more}`)];
  });
  return [...header(annotation, paint), '', ...body, ...goneText(annotation, paint), ''].join('\n');
}

function header(annotation: FileAnnotation, paint: Paint): string[] {
  const { functions } = annotation;
  const places = new Set(functions.map(place));
  const count = (state: FunctionAnnotation['state']) => functions.filter((own) => own.state === state).length;
  const services = new Map(functions.flatMap((own) => (own.service === null ? [] : [[own.service, own] as const])));
  return [
    paint.bold(escapeControls(annotation.file)) + paint.dim(`  last ${annotation.window}`),
    ...[...services.values()].map((own) => provenance(own)),
    escapeControls(annotation.message),
    `${places.size} ${places.size === 1 ? 'function' : 'functions'}: ${count('ran')} ran, ${count('never_ran')} never ran, ` +
      `${count('not_observed')} not observed${services.size > 1 ? ' (counted once per service)' : ''}`,
  ];
}

function provenance(own: FunctionAnnotation): string {
  const parts = [
    own.service ?? '',
    own.environment ?? 'no environment',
    own.version ?? 'no version',
    own.revision === null ? 'no revision' : own.revision.slice(0, 10),
    `${own.instances ?? 0} ${own.instances === 1 ? 'instance' : 'instances'}`,
    `observed ${formatAge(own.observedSeconds ?? 0)}`,
  ];
  return escapeControls(parts.join(' · '));
}

/**
 * The lines for one function: its numbers, then what explains them.
 * @param told reasons that the reader has already seen; grows
 */
function noteText(own: FunctionAnnotation, paint: Paint, isNamed: boolean, told: Set<string>): string[] {
  const who = isNamed ? `${own.name}${own.service === null ? '' : ` [${own.service}]`}: ` : '';
  const prefix = escapeControls(who);
  if (own.state === 'not_observed') {
    const reason = own.notObservedReason ?? '';
    const isNew = reason !== '' && !told.has(reason);
    told.add(reason);
    return [paint.dim(`◌ ${prefix}not observed${isNew ? `: ${escapeControls(reason)}` : ''}`)];
  }
  if (own.state === 'never_ran') {
    const since = own.declaredSince === null ? '' : ` (loaded since ${own.declaredSince})`;
    return [paint.dim(`○ ${prefix}never ran${since}${matchText(own)}`)];
  }
  const failing = (own.errors ?? 0) > 0;
  const line = `● ${prefix}${numbersText(own)}${matchText(own)}`;
  return [
    failing ? paint.red(line) : paint.green(line),
    ...errorLines(own).map((text) => paint.dim(`  ${text}`)),
    ...callerLines(own).map((text) => paint.dim(`  ${text}`)),
    ...entryPointLines(own).map((text) => paint.dim(`  ${text}`)),
    ...dependencyLines(own).map((text) => paint.dim(`  ${text}`)),
    ...own.otherVersions.map((other) =>
      paint.dim(
        `  also ${escapeControls([other.version, other.revision?.slice(0, 10), other.environment].filter(Boolean).join(' '))}: ` +
          numbersText(other),
      ),
    ),
  ];
}

function numbersText(own: Numbers): string {
  const parts = [
    own.callsPerMinute === null ? undefined : formatRate(own.callsPerMinute),
    own.calls === null ? 'calls unknown' : `${own.calls} ${own.calls === 1 ? 'call' : 'calls'}`,
    own.errors === null ? undefined : errorsText(own),
    durationText(own),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function errorsText({ errors, errorRate }: Numbers): string {
  const share = errorRate === null || errors === 0 ? '' : ` (${formatShare(errorRate)})`;
  return `${errors ?? 0} ${errors === 1 ? 'error' : 'errors'}${share}`;
}

function durationText({ p50Ms, p99Ms, durationSamples }: Numbers): string | undefined {
  if (p50Ms === null || p99Ms === null) return durationSamples === 0 ? 'not timed' : undefined;
  return `p50 ${formatDuration(p50Ms / 1000)} p99 ${formatDuration(p99Ms / 1000)} (${durationSamples ?? 0} timed)`;
}

function errorLines({ errorsByType }: FunctionAnnotation): string[] {
  if (errorsByType.length === 0) return [];
  return [`errors: ${errorsByType.map(({ type, count }) => `${escapeControls(type)} ${count}`).join(', ')}`];
}

function callerLines({ callers, callersOmitted, entryCalls }: FunctionAnnotation): string[] {
  const parts = callers
    .slice(0, MAX_CALLERS)
    .map(({ service, name, file, line, calls }) => `${name} (${service} ${file}:${line}) ${calls}`);
  if (entryCalls !== null && entryCalls > 0) parts.push(`outside own code ${entryCalls}`);
  const more = Math.max(0, callers.length - MAX_CALLERS) + callersOmitted;
  if (more > 0) parts.push(`${more} more`);
  return parts.length === 0 ? [] : [`from ${escapeControls(parts.join(', '))}`];
}

function entryPointLines({ entryPoints }: FunctionAnnotation): string[] {
  const parts = entryPoints.map((it) => `${entryPointText(it)} ${it.calls} (${formatShare(it.share)})`);
  return listed('entry points: ', parts, MAX_LISTED);
}

function dependencyLines({ dependencies, calls }: FunctionAnnotation): string[] {
  const parts = dependencies.map((it) => {
    const details = [
      it.errors === 0 ? undefined : `${it.errors} ${it.errors === 1 ? 'error' : 'errors'}`,
      it.p99Ms === null ? undefined : `p99 ${formatDuration(it.p99Ms / 1000)}`,
    ].filter((detail) => detail !== undefined);
    const inBrackets = details.length === 0 ? '' : ` (${details.join(', ')})`;
    return `${it.target} ${it.calls}, ${perCallText(it.calls, calls ?? 0)}${inBrackets}`;
  });
  return listed('calls ', parts, MAX_LISTED, ' · ');
}

/** One line of the first parts and how many more there are; none for none. */
function listed(label: string, parts: readonly string[], most: number, separator = ', '): string[] {
  if (parts.length === 0) return [];
  const more = parts.length > most ? [`${parts.length - most} more`] : [];
  return [escapeControls(label + [...parts.slice(0, most), ...more].join(separator))];
}

function matchText({ match }: FunctionAnnotation): string {
  if (match?.kind === 'edited') return ' · measured before this edit';
  return match?.confidence === 'low' ? ' · match unsure' : '';
}

function goneText({ gone }: FileAnnotation, paint: Paint): string[] {
  if (gone.length === 0) return [];
  return [
    '',
    paint.dim('Deployed, and not in this text:'),
    ...gone.map(({ service, name, line, calls }) =>
      paint.dim(`  ${escapeControls(`${name} [${service}] line ${line}: ${calls} ${calls === 1 ? 'call' : 'calls'}`)}`),
    ),
  ];
}

function place({ line, column }: FunctionAnnotation): string {
  return `${line}:${column}`;
}
