import { formatAge } from '@hindcast/core/format';
import type { ChangeStatus } from '@hindcast/proto/changeMessages';
import type { FileStatus, HindcastStatus, ServiceStatus, StatusNote } from '@hindcast/proto/lspMessages';
import type { FeedState, ShownSnapshot } from './collector/overlayFeed.js';
import type { GitTrouble } from './git/deployedTexts.js';

/** A clock that is off by less makes no difference that anyone sees. */
const MAX_CLOCK_SKEW_MS = 30_000;

/** What a status is made of besides the feed. */
export interface StatusContext {
  /** ISO-8601. */
  readonly window: string;
  readonly scope: HindcastStatus['scope'];
  /** Of the language server. */
  readonly version: string;
  readonly file: FileStatus | undefined;
  /** About the file. */
  readonly fileNotes: readonly StatusNote[];
  readonly change: ChangeStatus | undefined;
  /** Shown instead of a collector's numbers. */
  readonly snapshot?: ShownSnapshot | undefined;
  /** Why none can be shown; empty when there is no trouble. */
  readonly snapshotProblem?: string | undefined;
}

/** What the client is told about the connection, with the one sentence that it shows first. */
export function statusOf(feed: FeedState, context: StatusContext): HindcastStatus {
  const { window, scope, file, change, snapshot } = context;
  const services = feed.services
    .map(({ deployment, functions, functionsRan }): ServiceStatus => ({
      name: deployment.service,
      version: deployment.version,
      environment: deployment.environment,
      lastSeenMs: deployment.lastSeenMs ?? 0,
      instances: deployment.instances,
      functions,
      functionsRan,
    }))
    .sort((a, b) => b.lastSeenMs - a.lastSeenMs);
  const state = feed.connection === 'connected' && services.length === 0 ? 'no-data' : feed.connection;
  const collectorVersion = feed.collector?.version;
  return {
    state,
    collectorAddress: feed.address,
    ...(collectorVersion === undefined ? {} : { collectorVersion }),
    window,
    services,
    ...(file ? { file } : {}),
    message: snapshotMessage(state, feed, context) ?? message(state, feed, services, context),
    notes: feed.connection === 'connected' ? [...collectorNotes(feed, context.version), ...context.fileNotes] : [],
    scope,
    ...(feed.readAtMs === undefined ? {} : { readAtMs: feed.readAtMs }),
    ...(change === undefined ? {} : { change }),
    ...(snapshot ? { snapshot: { takenOn: snapshot.takenOn, window: snapshot.window } } : {}),
  };
}

/** What a note says about git, for the active file. */
export function gitNote({ kind, revision = '' }: GitTrouble): StatusNote {
  const commit = revision.slice(0, 10);
  const otherwise = 'functions are matched by name and position, less surely';
  const messages: Readonly<Record<GitTrouble['kind'], string>> = {
    'no-git': `There is no git repository around this file, or no git: ${otherwise}.`,
    'shallow-clone': `The clone is shallow and lacks the deployed commit ${commit}: ${otherwise}. Run: git fetch --unshallow`,
    'missing-commit': `The repository lacks the deployed commit ${commit}: ${otherwise}. Run: git fetch`,
    'slow-git': `Git takes too long in this repository: ${otherwise}.`,
  };
  return { kind, message: messages[kind] };
}

export const outsideWorkspaceNote: StatusNote = {
  kind: 'outside-workspace',
  message:
    'This file is in none of the folders of the workspace: what is shown may be of another file with its path; the hover says how sure that is.',
};

function collectorNotes({ collector, clockSkewMs }: FeedState, ownVersion: string): StatusNote[] {
  const notes: StatusNote[] = [];
  if (collector && isOtherVersion(collector.version, ownVersion)) {
    const message = `The collector is version ${collector.version} and this extension ${ownVersion}: what only one of them knows is not shown. Update the older one.`;
    notes.push({ kind: 'version-skew', message });
  }
  if (Math.abs(clockSkewMs) > MAX_CLOCK_SKEW_MS) {
    const age = formatAge(Math.abs(clockSkewMs) / 1000);
    const side = clockSkewMs > 0 ? 'ahead of' : 'behind';
    const message = `The collector's clock is ${age} ${side} this machine's: ages are told by the collector's. Set both by the network.`;
    notes.push({ kind: 'clock-skew', message });
  }
  if (collector && collector.store.problem !== '') notes.push({ kind: 'store', message: collector.store.problem });
  return notes;
}

/** Patches agree with each other. */
function isOtherVersion(a: string, b: string): boolean {
  const line = (version: string) => /^(\d+)\.(\d+)/.exec(version)?.[0];
  return line(a) !== undefined && line(b) !== undefined && line(a) !== line(b);
}

/** What is said first while a snapshot is shown, or could not be. */
function snapshotMessage(
  state: HindcastStatus['state'],
  { address }: FeedState,
  { snapshot, snapshotProblem = '' }: StatusContext,
): string | undefined {
  const why =
    state === 'no-data'
      ? `The collector at ${address} has heard from no service.`
      : `No collector answers at ${address}.`;
  if (snapshot) return `Numbers are from the snapshot of ${snapshot.takenOn}, its window ${snapshot.window}. ${why}`;
  return snapshotProblem === '' ? undefined : `${why} ${snapshotProblem}`;
}

function message(
  state: HindcastStatus['state'],
  { address, problem }: FeedState,
  services: readonly ServiceStatus[],
  { window, scope, file }: StatusContext,
): string {
  switch (state) {
    case 'connecting':
      return `Looking for a collector at ${address}.`;
    case 'no-collector':
      return `No collector answers at ${address}: start one with "hindcast collector", or name another in the settings.`;
    case 'wrong-token':
      return `${problem} Set it with "Hindcast: Set Collector Token".`;
    case 'wrong-tls':
      return `${problem} See the settings under hindcast.collector.tls.`;
    case 'refused':
      return problem;
    case 'no-data':
      return (
        `The collector at ${address} has heard from no service within ${window}: ` +
        'start one with "node --import @hindcast/sensor/register app.js".'
      );
    case 'connected': {
      const isOutOfScope = file?.state === 'unknown' && (scope.environment !== '' || scope.version !== '');
      if (isOutOfScope) {
        const chosen = [scope.environment, scope.version].filter((part) => part !== '').join(' ');
        return `Nothing is known of this file in ${chosen}, which is all that is shown. Run "Hindcast: Choose What to Show" for more.`;
      }
      if (file && file.state !== 'pending') return file.message;
      const names = [...new Set(services.map(({ name }) => name))];
      return `${names.length} ${names.length === 1 ? 'service reports' : 'services report'}: ${names.join(', ')}.`;
    }
  }
}
