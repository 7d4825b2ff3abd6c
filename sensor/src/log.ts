import { writeSync } from 'node:fs';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

let threshold = -1;

/** The sensor is silent unless `HINDCAST_LOG_LEVEL` asks; then it writes to stderr. */
export function setLogLevel(level: LogLevel | undefined): void {
  threshold = level === undefined ? -1 : logLevels.indexOf(level);
}

export function log(level: LogLevel, message: string): void {
  if (logLevels.indexOf(level) > threshold) return;
  try {
    writeSync(2, `hindcast: ${level}: ${message}\n`);
  } catch {
    // Nobody reads stderr; nothing to do about it.
  }
}
