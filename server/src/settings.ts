import { parseIsoDuration } from '@hindcast/core/isoDuration';
import { defaultSettings, type HindcastSettings } from '@hindcast/proto/lspMessages';

const MAX_WINDOW_SECONDS = 400 * 86_400;

/** Settings as they came over the wire, with the default for everything that is missing or of the wrong type. */
export function readSettings(value: unknown): HindcastSettings {
  const root = record(value);
  const windowText = text(root['window'], defaultSettings.window);
  return {
    inlayHints: { enabled: flag(record(root['inlayHints'])['enabled'], defaultSettings.inlayHints.enabled) },
    codeLens: { enabled: flag(record(root['codeLens'])['enabled'], defaultSettings.codeLens.enabled) },
    hover: { enabled: flag(record(root['hover'])['enabled'], defaultSettings.hover.enabled) },
    window: isWindow(windowText) ? windowText : defaultSettings.window,
    minimumCallsPerMinute: amount(root['minimumCallsPerMinute'], defaultSettings.minimumCallsPerMinute),
    minimumP99Ms: amount(root['minimumP99Ms'], defaultSettings.minimumP99Ms),
    service: text(root['service'], defaultSettings.service),
    collector: { address: text(record(root['collector'])['address'], '') },
  };
}

/** Seconds of the window; one hour when it cannot be read. */
export function windowSeconds(settings: HindcastSettings): number {
  return parseIsoDuration(settings.window) ?? 3600;
}

function isWindow(windowText: string): boolean {
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
