import { entryPointKeyText, pathOwnerKeyText } from '../store/keys.js';
import {
  emptyReport,
  type DropRow,
  type EntryPointKey,
  type Exemplar,
  type Minute,
  type PathOwnerRow,
  type PathRow,
  type Report,
} from '../store/model.js';
import type { EntryPathOwner } from './entryPaths.js';
import type { Sender } from './sender.js';

type Mutable<Row> = { -readonly [K in keyof Row]: Row[K] };

/** Gathers the critical paths through the entry points of one sender, added up by minute. */
export class PathReport {
  private readonly exemplars: Exemplar[] = [];
  private readonly paths = new Map<string, Mutable<PathRow>>();
  private readonly pathOwners = new Map<string, Mutable<PathOwnerRow>>();
  private readonly drops = new Map<Minute, Mutable<DropRow>>();

  constructor(private readonly sender: Sender) {}

  addExemplar(exemplar: Exemplar): void {
    this.exemplars.push(exemplar);
  }

  /** One trace through an entry point. @param durationNanos undefined when a part of it is missing */
  addPath(minute: Minute, entryPoint: EntryPointKey, durationNanos: number | undefined): void {
    const key = `${minute}\0${entryPointKeyText(entryPoint)}`;
    const row = this.paths.get(key) ?? { minute, entryPoint, traces: 0, partialTraces: 0, totalNanos: 0 };
    this.paths.set(key, row);
    if (durationNanos === undefined) row.partialTraces++;
    else {
      row.traces++;
      row.totalNanos += durationNanos;
    }
  }

  /** What one owner did in one trace through an entry point. */
  addOwner(minute: Minute, entryPoint: EntryPointKey, it: EntryPathOwner): void {
    const key = `${minute}\0${entryPointKeyText(entryPoint)}\0${pathOwnerKeyText(it.owner)}`;
    const row = this.pathOwners.get(key) ?? {
      minute,
      entryPoint,
      owner: it.owner,
      traces: 0,
      pathTraces: 0,
      selfNanos: 0,
      savesAtMostNanos: 0,
      boundTraces: 0,
    };
    this.pathOwners.set(key, row);
    row.traces++;
    if (it.isOnPath) row.pathTraces++;
    row.selfNanos += it.selfNanos;
    row.savesAtMostNanos += it.savesAtMostNanos;
    if (it.isBound) row.boundTraces++;
  }

  /** Traces that were given up. */
  addDrops(minute: Minute, traces: number): void {
    const row = this.drops.get(minute) ?? { minute, reason: 'trace_limit', count: 0 };
    this.drops.set(minute, row);
    row.count += traces;
  }

  report(): Report {
    const { deployment, instanceId, repositoryUrl } = this.sender;
    return {
      ...emptyReport(deployment, instanceId, repositoryUrl),
      exemplars: this.exemplars,
      paths: [...this.paths.values()],
      pathOwners: [...this.pathOwners.values()],
      drops: [...this.drops.values()],
    };
  }
}
