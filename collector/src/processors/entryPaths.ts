import { pathTotals } from '@hindcast/core/criticalPathAggregate';
import { pathOwner, type PathOwner } from '@hindcast/core/criticalPathOwner';
import { traceTimeline, type Timeline } from '@hindcast/core/criticalPathTimeline';
import type { SpanKind, TraceSpan } from '@hindcast/core/criticalPathTree';
import { dependencyKeyText, functionKeyText, pathOwnerKeyText } from '../store/keys.js';
import type { EntryPointKey, Exemplar, PathOwnerKey } from '../store/model.js';
import { nanosBetween, nanosToMs } from '../otlp/model.js';
import type { TracedSpan } from './tracedSpan.js';

/** What one trace says of one entry point that it went through. */
export interface EntryPath {
  readonly entry: TracedSpan;
  readonly entryPoint: EntryPointKey;
  readonly durationNanos: number;
  /** A part of what the entry point did is missing: then there are no owners. */
  readonly isPartial: boolean;
  readonly owners: readonly EntryPathOwner[];
  /** Made when it is wanted: few are kept. */
  readonly exemplar: () => Exemplar;
}

export interface EntryPathOwner {
  readonly owner: PathOwnerKey;
  /** 0 when it ran, and was not on the critical path. */
  readonly selfNanos: number;
  readonly savesAtMostNanos: number;
  readonly isOnPath: boolean;
  /** The saving is only a bound. */
  readonly isBound: boolean;
}

interface PathSpan extends TraceSpan {
  readonly link: TracedSpan;
}

/** More of an exemplar are left out, the latest to begin first. */
const MAX_STEPS = 64;
const MAX_DEPENDENCIES = 32;
const KINDS: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];

/**
 * The critical paths of one trace, of each entry point by itself: where it began, and where it came into another service. A trace of
 * which nobody saw the beginning, such as one that a browser began, begins with its first server's span.
 * @param maxSpanVisits limits the search for savings (core/src/slack.ts); 0 gives bounds only
 */
export function entryPaths(links: readonly TracedSpan[], maxSpanVisits?: number): EntryPath[] {
  const [origin] = links;
  if (!origin) return [];
  const timeline = traceTimeline(links.map((link) => pathSpan(link, origin)));
  const orphans = missingParents(timeline);
  return timeline.spans.flatMap((span, index) => {
    const entryPoint = entryPointOf(timeline, index);
    if (!entryPoint || orphans.includes(index)) return [];
    const below = subtree(timeline, index);
    const isPartial = orphans.some((orphan) => isWithin(timeline, orphan, index));
    const base = {
      entry: span.link,
      entryPoint,
      durationNanos: Math.max(0, Math.round(span.link.seconds * 1e9)),
      exemplar: () => exemplarOf(below, entryPoint, span),
    };
    return [{ ...base, isPartial, owners: isPartial ? [] : ownersOf(below, maxSpanVisits) }];
  });
}

function pathSpan(link: TracedSpan, origin: TracedSpan): PathSpan {
  const startNanos = nanosBetween(origin.startHigh, origin.startLow, link.startHigh, link.startLow);
  const kind = KINDS[link.kind] ?? 'internal';
  // Calls of several databases may have one name.
  const called = kind === 'client' && link.dependency ? `\0${dependencyKeyText(link.dependency)}` : '';
  return {
    id: link.spanId,
    parentId: link.parentSpanId === '' ? undefined : link.parentSpanId,
    startNanos,
    endNanos: startNanos + Math.round(link.seconds * 1e9),
    kind,
    service: link.sender.deployment.service,
    functionKey: functionKeyText(link.fn) + called,
    link,
  };
}

/** A server's or consumer's span, unless it only serves its own process; or the root, whatever it is. */
function entryPointOf({ spans, parents }: Timeline<PathSpan>, index: number): EntryPointKey | undefined {
  const span = spans[index];
  if (!span) return undefined;
  if (span.link.entryPoint) return span.link.entryPoint;
  return parents[index] === -1 ? { kind: 'span', name: span.link.fn.name } : undefined;
}

/** Roots whose parents are missing, but for the server's or consumer's span that the trace begins with as far as anyone saw. */
function missingParents({ spans, roots }: Timeline<PathSpan>): number[] {
  const orphans = roots.filter(({ origin }) => origin === 'orphan' || origin === 'cycle');
  const [first] = orphans;
  const hasRoot = roots.some(({ origin }) => origin === 'root');
  const begins = !hasRoot && first?.origin === 'orphan' && spans[first.index]?.link.entryPoint !== undefined;
  return orphans.slice(begins ? 1 : 0).map(({ index }) => index);
}

/** Whether an orphan began while this span ran: then it may have belonged there. */
function isWithin({ from, to }: Timeline<PathSpan>, orphan: number, index: number): boolean {
  const start = from[orphan] ?? 0;
  return orphan !== index && start >= (from[index] ?? 0) && start <= (to[index] ?? 0);
}

function subtree({ spans, children, childOffsets }: Timeline<PathSpan>, root: number): Timeline<PathSpan> {
  const indexes = [root];
  // Grows while it is walked.
  for (const index of indexes) {
    for (let i = childOffsets[index] ?? 0; i < (childOffsets[index + 1] ?? 0); i++) indexes.push(children[i] ?? 0);
  }
  return traceTimeline(
    indexes.flatMap((index) => {
      const span = spans[index];
      return span ? [index === root ? { ...span, parentId: undefined } : span] : [];
    }),
  );
}

type Links = ReadonlyMap<string, TracedSpan>;

function ownersOf(timeline: Timeline<PathSpan>, maxSpanVisits: number | undefined): EntryPathOwner[] {
  const links: Links = new Map(timeline.spans.map((span) => [linkKey(span), span.link]));
  const owners = new Map<string, EntryPathOwner>();
  const options = maxSpanVisits === undefined ? {} : { maxSpanVisits };
  for (const it of pathTotals(timeline, options).owners) {
    const owner = ownerKeyOf(it.owner, links);
    if (!owner) continue;
    const text = pathOwnerKeyText(owner);
    const at = owners.get(text);
    owners.set(text, {
      owner,
      selfNanos: it.selfNanos + (at?.selfNanos ?? 0),
      savesAtMostNanos: it.savesAtMostNanos + (at?.savesAtMostNanos ?? 0),
      isOnPath: true,
      isBound: !it.savesExact || at?.isBound === true,
    });
  }
  timeline.spans.forEach((_, index) => {
    const owner = ownerKeyOf(pathOwner(timeline, index), links);
    const text = owner && pathOwnerKeyText(owner);
    if (owner && text !== undefined && !owners.has(text)) {
      owners.set(text, { owner, selfNanos: 0, savesAtMostNanos: 0, isOnPath: false, isBound: false });
    }
  });
  return [...owners.values()];
}

function ownerKeyOf(owner: PathOwner, links: Links): PathOwnerKey | undefined {
  const fn = links.get(linkKey(owner.type === 'function' ? owner : owner.caller))?.fn;
  if (!fn) return undefined;
  if (owner.type === 'function') return { service: owner.service, fn, calleeService: '', dependency: undefined };
  return {
    service: owner.caller.service,
    fn,
    calleeService: owner.callee?.service ?? '',
    dependency: links.get(linkKey(owner.via))?.dependency,
  };
}

function linkKey({ service, functionKey }: { readonly service: string; readonly functionKey: string }): string {
  return `${service}\n${functionKey}`;
}

function exemplarOf(timeline: Timeline<PathSpan>, entryPoint: EntryPointKey, { link }: PathSpan): Exemplar {
  const ownService = link.sender.deployment.service;
  const indexes = [...timeline.order].sort((a, b) => (timeline.from[a] ?? 0) - (timeline.from[b] ?? 0) || a - b);
  const root = timeline.order[0] ?? 0;
  const kept = [root, ...indexes.filter((index) => index !== root)].slice(0, MAX_STEPS);
  const places = new Map(kept.map((index, place) => [index, place]));
  const dependencies = new Map<
    string,
    { -readonly [K in keyof Exemplar['dependencies'][number]]: Exemplar['dependencies'][number][K] }
  >();
  for (const { link: called } of timeline.spans) {
    if (!called.dependency) continue;
    const text = dependencyKeyText(called.dependency);
    const at = dependencies.get(text) ?? { dependency: called.dependency, count: 0, durationSeconds: 0 };
    at.count++;
    at.durationSeconds += called.seconds;
    dependencies.set(text, at);
  }
  return {
    entryPoint,
    traceId: link.traceId,
    timeMs: Math.round(nanosToMs(link.startHigh, link.startLow)),
    durationSeconds: link.seconds,
    errorType: link.errorType ?? '',
    path: kept.flatMap((index) => {
      const span = timeline.spans[index];
      if (!span) return [];
      const parent = timeline.parents[index] ?? -1;
      return [
        {
          fn: span.link.fn,
          durationSeconds: span.link.seconds,
          ...(span.service === ownService ? {} : { service: span.service }),
          offsetSeconds: Math.max(0, ((timeline.from[index] ?? 0) - (timeline.from[root] ?? 0)) / 1e9),
          parent: parent === -1 ? -1 : (places.get(parent) ?? 0),
        },
      ];
    }),
    dependencies: [...dependencies.values()].slice(0, MAX_DEPENDENCIES),
  };
}
