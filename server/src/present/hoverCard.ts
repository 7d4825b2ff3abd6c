import { COPY_FACTS_COMMAND, type ShowFunctionArgument } from '@hindcast/proto/lspMessages';
import { formatAge, formatCount, formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import { quantile } from '@hindcast/core/histogram';
import { errorRate, perMinute } from '@hindcast/core/rates';
import type { Caller, Deployment, FunctionFacts } from '../collector/facts.js';
import type { FunctionDetail } from '../collector/functionDetail.js';
import type { FileFacts, FunctionInFile, FunctionInService } from '../match/fileFacts.js';
import type { Insight } from '../match/insight.js';
import { findingSentence } from './findingText.js';
import { sparkline } from './sparkline.js';
import { entryPointText, perCallText } from './entryPointText.js';
import { escapeMarkdown } from '@hindcast/core/markdown';

const MAX_CALLERS = 5;
const MAX_OTHER_VERSIONS = 3;
const MAX_LISTED = 5;
const MAX_FINDING_LENGTH = 400;

export interface HoverContext {
  /** ISO-8601. */
  readonly window: string;
  /** The day of the snapshot that the numbers are from; undefined when a collector told them. */
  readonly snapshotOn?: string | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** What is known beyond the counts. */
  readonly insight: Insight;
  /** Where the function is, when commands can be run from the card. */
  readonly commandsFor?: ShowFunctionArgument;
  /** The address of a caller's place in the workspace; undefined when it is not there. */
  readonly linkTo: (caller: Caller, own: FunctionInService) => string | undefined;
}

/** Everything known about one function, as Markdown: its numbers, its callers, and where they come from. */
export function hoverCard(own: FunctionInFile, file: FileFacts, context: HoverContext): string {
  if (own.services.length === 0) return `**Hindcast**: not observed. ${escapeMarkdown(file.message)}`;
  const cards = own.services.map((view) => serviceCard(view, file, context));
  const actions = context.commandsFor ? `\n\n${actionLinks(context.commandsFor)}` : '';
  return `**${escapeMarkdown(own.source.name)}**\n\n${cards.join('\n\n---\n\n')}${actions}`;
}

function serviceCard(view: FunctionInService, file: FileFacts, context: HoverContext): string {
  const { facts, match } = view;
  const detail = context.insight.detail(view);
  const reported = file.services.find(({ service }) => service === view.service)?.primary.filePath ?? '';
  const findings = context.insight.findings(view, reported);
  const paragraphs = [
    headline(view, context),
    ...findings.slice(0, MAX_LISTED).map((finding) => escapeMarkdown(findingSentence(finding), MAX_FINDING_LENGTH)),
  ];
  if (facts?.state === 'ran') {
    paragraphs.push(
      durations(facts),
      overTime(detail, context),
      errorTypes(facts, detail),
      criticalPaths(detail),
      callers(view, facts, context),
      entryPoints(facts),
      dependencies(facts),
    );
  }
  paragraphs.push(otherVersions(view));
  const isSameText = file.services.some(({ service, sameText }) => service === view.service && sameText);
  if (match?.kind === 'edited') paragraphs.push(`**Measured before this edit.** ${escapeMarkdown(match.reason)}`);
  else if (match && match.confidence !== 'exact')
    paragraphs.push(`Matched (${match.confidence}): ${escapeMarkdown(match.reason)}`);
  if (!isSameText) paragraphs.push('The deployed file is not the text that is open here.');
  paragraphs.push(provenance(view.deployment, context));
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function headline({ facts, deployment, notObservedReason }: FunctionInService, context: HoverContext): string {
  if (!facts || facts.state === 'not_observed') return `**Not observed.** ${escapeMarkdown(notObservedReason)}`;
  if (facts.state === 'never_ran') {
    const since = facts.declaredSinceMs;
    const loaded = since === undefined ? '' : `, loaded for ${formatAge((context.nowMs - since) / 1000)}`;
    const last = facts.lastCalledMs;
    const before = last === undefined ? '' : ` Last called ${formatAge((context.nowMs - last) / 1000)} ago.`;
    return `**Never ran** in the last ${windowText(context.window)} on ${instances(deployment)}${loaded}.${before}`;
  }
  const rate =
    deployment.observedSeconds > 0 ? formatRate(perMinute(facts.calls, deployment.observedSeconds)) : undefined;
  const calls = `${exact(facts.calls)} ${facts.calls === 1 ? 'call' : 'calls'}`;
  const errors =
    facts.errors === 0
      ? 'no errors'
      : `**${exact(facts.errors)} ${facts.errors === 1 ? 'error' : 'errors'} (${formatShare(errorRate(facts.errors, facts.calls))})**`;
  return [...(rate === undefined ? [] : [`**${rate}**`]), calls, errors].join(' · ');
}

function durations({ duration, calls }: FunctionFacts): string {
  if (!duration || duration.count === 0) return 'No call was timed.';
  const at = (q: number) => formatDuration(quantile(duration, q) ?? 0);
  const samples = duration.count >= calls ? 'all calls timed' : `${formatCount(duration.count)} calls timed`;
  const approximate = duration.approximate ? ', approximate' : '';
  return `p50 **${at(0.5)}** · p90 **${at(0.9)}** · p99 **${at(0.99)}** (${samples}${approximate})`;
}

/** `▁▂▅█▇▃ calls over the last 1 h` */
function overTime(detail: FunctionDetail | undefined, { window }: HoverContext): string {
  const line = detail && sparkline(detail.series);
  return line === undefined ? '' : `${line} calls over the last ${windowText(window)}`;
}

/** `Errors: CardError 36,000 (thrown here) · Timeout 12 (from further in)` */
function errorTypes({ errorsByType }: FunctionFacts, detail: FunctionDetail | undefined): string {
  if (errorsByType.length === 0) return '';
  const originOf = (type: string) => {
    const origin = detail?.errorOrigins.find((own) => own.type === type);
    if (!origin || (origin.thrown === 0 && origin.passed === 0)) return '';
    if (origin.passed === 0) return ' (thrown here)';
    return origin.thrown === 0 ? ' (from further in)' : ` (${exact(origin.thrown)} thrown here)`;
  };
  return `Errors: ${errorsByType.map(({ type, count }) => `${escapeMarkdown(type)} ${exact(count)}${originOf(type)}`).join(' · ')}`;
}

/** `Critical path: POST /checkout 42 %, saves at most 38 ms` */
function criticalPaths(detail: FunctionDetail | undefined): string {
  return listed(
    'Critical path',
    (detail?.criticalPaths ?? []).flatMap(({ entryPoint, share, savesAtMostSeconds }) => {
      if (!entryPoint || share <= 0) return [];
      const saves = savesAtMostSeconds > 0 ? `, saves at most ${formatDuration(savesAtMostSeconds)}` : '';
      return [`${escapeMarkdown(entryPointText(entryPoint))} ${formatShare(share)}${saves}`];
    }),
  );
}

/** Links that editors with commands understand. */
function actionLinks(place: ShowFunctionArgument): string {
  const link = (title: string, command: string) =>
    `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([place]))})`;
  return [link('Copy as Markdown', COPY_FACTS_COMMAND), '[Explain This File](command:hindcast.explainFile)'].join(
    ' · ',
  );
}

function callers(view: FunctionInService, facts: FunctionFacts, { linkTo }: HoverContext): string {
  const parts = facts.callers.slice(0, MAX_CALLERS).map((caller) => {
    const place = `${caller.filePath}${caller.id.line > 0 ? `:${caller.id.line}` : ''}`;
    const service = caller.service === view.service ? '' : ` in ${escapeMarkdown(caller.service)}`;
    const name = escapeMarkdown(caller.id.name);
    const link = linkTo(caller, view);
    const who = link === undefined ? `${name} ${escapeMarkdown(place)}` : `[${name}](${link} "${escapeTitle(place)}")`;
    const estimated = caller.sampledCalls < caller.calls ? '≈ ' : '';
    return `${who}${service} ${estimated}${exact(caller.calls)}`;
  });
  if (facts.entryCalls > 0) parts.push(`outside own code ${exact(facts.entryCalls)}`);
  const more = Math.max(0, facts.callers.length - MAX_CALLERS) + facts.callersOmitted;
  if (more > 0) parts.push(`${more} more`);
  return parts.length === 0 ? '' : `Called by: ${parts.join(' · ')}`;
}

/** `Entry points: POST /checkout 82 % · timer setInterval 18 %` */
function entryPoints({ entryPoints: shares, calls }: FunctionFacts): string {
  return listed(
    'Entry points',
    shares.map(
      (share) =>
        `${escapeMarkdown(entryPointText(share.entryPoint))} ${formatShare(Math.min(1, share.calls / Math.max(1, calls)))}`,
    ),
  );
}

/** `Calls: sqlite 2 per call · payments:3002 0.5 per call (1.2 % errors)` */
function dependencies({ dependencies: all, calls }: FunctionFacts): string {
  return listed(
    'Calls',
    all.map((it) => {
      const failed = it.errors > 0 ? ` (${formatShare(errorRate(it.errors, it.calls))} errors)` : '';
      return `${escapeMarkdown(it.target)} ${perCallText(it.calls, calls)}${failed}`;
    }),
  );
}

/** The first few; empty for none. */
function listed(label: string, parts: readonly string[]): string {
  if (parts.length === 0) return '';
  const more = parts.length > MAX_LISTED ? [`${parts.length - MAX_LISTED} more`] : [];
  return `${label}: ${[...parts.slice(0, MAX_LISTED), ...more].join(' · ')}`;
}

function otherVersions({ others }: FunctionInService): string {
  const lines = others.slice(0, MAX_OTHER_VERSIONS).map(({ deployment, facts }) => {
    const numbers =
      facts.state === 'ran'
        ? [
            deployment.observedSeconds > 0
              ? formatRate(perMinute(facts.calls, deployment.observedSeconds))
              : exact(facts.calls),
            ...(facts.errors > 0 ? [`${formatShare(errorRate(facts.errors, facts.calls))} errors`] : []),
            ...(facts.duration ? [`p99 ${formatDuration(quantile(facts.duration, 0.99) ?? 0)}`] : []),
          ].join(' · ')
        : facts.state === 'never_ran'
          ? 'never ran'
          : 'not observed';
    return `- ${versionText(deployment)}: ${numbers}`;
  });
  if (lines.length === 0) return '';
  const more = others.length - lines.length;
  return ['Other versions:', ...lines, ...(more > 0 ? [`- ${more} more`] : [])].join('\n');
}

/** Service, environment, version, revision, window, instances, how long observed. */
export function provenance(
  deployment: Deployment,
  { window, snapshotOn }: Pick<HoverContext, 'window' | 'snapshotOn'>,
): string {
  const parts = [
    ...(snapshotOn === undefined ? [] : [`from the snapshot of ${snapshotOn}`]),
    escapeMarkdown(deployment.service),
    versionText(deployment),
    `${snapshotOn === undefined ? 'last' : 'its last'} ${windowText(window)}`,
    instances(deployment),
    `observed for ${formatAge(deployment.observedSeconds)}`,
    ...(deployment.source === 'spans' ? ['from spans, as sampled'] : []),
  ];
  return `*${parts.join(' · ')}*`;
}

function versionText({ environment, version, revision }: Deployment): string {
  const shortRevision = revision === '' ? '' : revision.slice(0, 10);
  const parts = [
    environment,
    version === '' ? shortRevision : `${version}${shortRevision === '' ? '' : ` (${shortRevision})`}`,
  ];
  const known = parts.filter((part) => part !== '').map((part) => escapeMarkdown(part));
  return known.length === 0 ? 'version not reported' : known.join(' · ');
}

/** `PT1H` as people say it: `1 h`; other durations as they are written. */
function windowText(window: string): string {
  const match = /^P(?:(\d+)D|T(\d+)([HMS]))$/i.exec(window);
  if (!match) return escapeMarkdown(window);
  const [, days, count, unit] = match;
  if (days !== undefined) return `${days} d`;
  return `${count ?? ''} ${{ H: 'h', M: 'min', S: 's' }[unit?.toUpperCase() ?? ''] ?? ''}`;
}

function instances({ instances: count }: Deployment): string {
  return `${count} ${count === 1 ? 'instance' : 'instances'}`;
}

function exact(count: number): string {
  return count.toLocaleString('en-US');
}

function escapeTitle(text: string): string {
  return escapeMarkdown(text.replaceAll('"', "'"));
}
