import { formatAge } from '@hindcast/core/format';
import { escapeMarkdown } from '@hindcast/core/markdown';
import type { ServiceStatus } from '@hindcast/proto/lspMessages';
import type { ClientState } from './clientState.js';
import { headline } from './headline.js';

/** What the status item shows. */
export interface StatusView {
  /** With theme icons. */
  readonly text: string;
  /** Markdown; what came from production in it is escaped. */
  readonly tooltip: string;
  /** The first line of it, for screen readers. */
  readonly accessibleLabel: string;
  /** Whether a person has to do something before numbers can appear. */
  readonly needsAttention: boolean;
}

const MAX_SERVICES = 8;
const MAX_NAME_LENGTH = 40;

/** `nowMs` is the time to measure ages from; `formatTime` writes a moment as a clock time of the reader's locale. */
export function statusView(state: ClientState, nowMs: number, formatTime: (ms: number) => string): StatusView {
  const first = headline(state);
  return {
    text: `${statusText(state)}${changeText(state)}`,
    tooltip: [`**Hindcast**: ${escapeMarkdown(first, 400)}`, ...details(state, nowMs, formatTime)].join('\n\n'),
    accessibleLabel: [`Hindcast: ${first}`, changeSentence(state)].filter((part) => part !== '').join(' '),
    needsAttention: state.server === 'failed',
  };
}

function statusText(state: ClientState): string {
  if (state.server === 'failed') return '$(warning) Hindcast';
  if (!state.overlayVisible) return '$(eye-closed) Hindcast';
  if (state.status?.snapshot) return `$(archive) Hindcast: snapshot ${state.status.snapshot.takenOn}`;
  switch (state.status?.state) {
    case 'connected': {
      const { environment, version } = state.status.scope;
      const chosen = [environment, version].filter((part) => part !== '').join(' ');
      const note = state.status.notes.length > 0 ? ' $(info)' : '';
      return `$(pulse) Hindcast${chosen === '' ? '' : `: ${iconless(chosen)}`}${note}`;
    }
    case 'wrong-token':
      return '$(key) Hindcast: token';
    case 'wrong-tls':
      return '$(lock) Hindcast: TLS';
    case 'refused':
      return '$(warning) Hindcast: refused';
    case 'no-data':
      return '$(pulse) Hindcast: no data yet';
    case 'no-collector':
      return state.embedded.kind === 'starting' ? '$(pulse) Hindcast: starting' : '$(pulse) Hindcast: no collector';
    case 'connecting':
    case undefined:
      return '$(pulse) Hindcast: connecting';
  }
}

/** The change that is being made, behind the rest: ` $(git-compare) 34`. */
function changeText({ status, overlayVisible }: ClientState): string {
  const change = status?.change;
  const isShown = status?.state === 'connected' && overlayVisible && change?.isInStatusItem && change.functions > 0;
  return isShown ? ` $(git-compare) ${change.risk}` : '';
}

function changeSentence(state: ClientState): string {
  const change = state.status?.change;
  if (!change || changeText(state) === '') return '';
  const { risk, level, functions, since } = change;
  return `What you changed since ${since}: risk ${risk} (${level}), ${functions} ${functions === 1 ? 'function' : 'functions'}.`;
}

/** Names come from production: none of them makes an icon. */
function iconless(name: string): string {
  return name.replaceAll('$(', '$ (').slice(0, MAX_NAME_LENGTH);
}

function details(state: ClientState, nowMs: number, formatTime: (ms: number) => string): string[] {
  const { status, embedded } = state;
  if (status === undefined) return [];
  const origin = embedded.kind === 'running' ? ', run by this window' : '';
  const version = status.collectorVersion === undefined ? '' : ` ${status.collectorVersion}`;
  const read = status.readAtMs === undefined ? '' : `, read at ${formatTime(status.readAtMs)}`;
  const services = status.services.slice(0, MAX_SERVICES).map((service) => serviceLine(service, nowMs));
  const more = status.services.length - services.length;
  const change = changeSentence(state);
  return [
    ...(change === '' ? [] : [`$(git-compare) ${escapeMarkdown(change, 200)}`]),
    ...status.notes.map((note) => `$(info) ${escapeMarkdown(note.message, 400)}`),
    ...(status.file === undefined ? [] : [`This file: ${escapeMarkdown(status.file.message, 300)}`]),
    ...(services.length === 0 ? [] : [services.join('\n')]),
    ...(more > 0 ? [`and ${more} more`] : []),
    escapeMarkdown(`Collector${version} at ${status.collectorAddress}${origin}. Window: ${status.window}${read}.`, 300),
  ];
}

function serviceLine(service: ServiceStatus, nowMs: number): string {
  const facts = [
    service.environment,
    `${service.instances} ${service.instances === 1 ? 'instance' : 'instances'}`,
    `${service.functionsRan} of ${service.functions} functions ran`,
    `seen ${formatAge((nowMs - service.lastSeenMs) / 1000)} ago`,
  ].filter((fact) => fact !== '');
  const name = escapeMarkdown([service.name, service.version].filter((part) => part !== '').join(' '));
  return `- **${name}** · ${facts.map((fact) => escapeMarkdown(fact)).join(' · ')}`;
}
