import { parseIsoDuration } from '@hindcast/core/isoDuration';
import { defaultSettings, type HindcastSettings } from '@hindcast/proto/lspMessages';

const MAX_WINDOW_SECONDS = 400 * 86_400;

/** Settings as they came over the wire, with the default for everything that is missing or of the wrong type. */
export function readSettings(value: unknown): HindcastSettings {
  const root = record(value);
  const collector = record(root['collector']);
  const tls = record(collector['tls']);
  const change = record(root['change']);
  const windowText = text(root['window'], defaultSettings.window);
  const surface = (name: Surface) => ({ enabled: flag(record(root[name])['enabled'], defaultSettings[name].enabled) });
  return {
    enabled: flag(root['enabled'], defaultSettings.enabled),
    inlayHints: surface('inlayHints'),
    callSites: surface('callSites'),
    codeLens: surface('codeLens'),
    hover: surface('hover'),
    diagnostics: surface('diagnostics'),
    codeActions: surface('codeActions'),
    heat: surface('heat'),
    change: {
      enabled: flag(change['enabled'], defaultSettings.change.enabled),
      codeLens: flag(change['codeLens'], defaultSettings.change.codeLens),
      status: flag(change['status'], defaultSettings.change.status),
    },
    window: isWindow(windowText) ? windowText : defaultSettings.window,
    minimumCallsPerMinute: amount(root['minimumCallsPerMinute'], defaultSettings.minimumCallsPerMinute),
    minimumP99Ms: amount(root['minimumP99Ms'], defaultSettings.minimumP99Ms),
    service: text(root['service'], defaultSettings.service),
    collector: {
      address: text(collector['address'], ''),
      tls: {
        enabled: flag(tls['enabled'], false),
        caFile: text(tls['caFile'], ''),
        certFile: text(tls['certFile'], ''),
        keyFile: text(tls['keyFile'], ''),
        serverName: text(tls['serverName'], ''),
      },
    },
  };
}

/** What can be shown, or not, by a setting of its own. */
export type Surface = 'inlayHints' | 'callSites' | 'codeLens' | 'hover' | 'diagnostics' | 'codeActions' | 'heat';

/** Whether a surface is to be shown. */
export function isShown(settings: HindcastSettings, surface: Surface): boolean {
  return settings.enabled && settings[surface].enabled;
}

/** Seconds of an ISO-8601 window; one hour when it cannot be read. */
export function windowSeconds(window: string): number {
  return parseIsoDuration(window) ?? 3600;
}

/** Whether a text is a window that collectors answer about. */
export function isWindow(windowText: string): boolean {
  const seconds = parseIsoDuration(windowText);
  return seconds !== undefined && seconds > 0 && seconds <= MAX_WINDOW_SECONDS;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise;
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : otherwise;
}

function amount(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : otherwise;
}
