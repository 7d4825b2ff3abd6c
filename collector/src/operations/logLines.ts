import type { Logger } from '@hindcast/core/logger';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** OpenTelemetry's severity numbers. Source: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITY: Record<LogLevel, number> = { debug: 5, info: 9, warn: 13, error: 17 };

/**
 * A logger that writes a line for each message: `hindcast collector LEVEL: MESSAGE`, or an object with the fields of OpenTelemetry's log
 * records.
 */
export function lineLogger(
  write: (line: string) => void,
  level: LogLevel,
  format: LogFormat,
  nowMs: () => number = Date.now,
): Logger {
  const log = (severity: LogLevel, message: string): void => {
    if (LOG_LEVELS.indexOf(severity) > LOG_LEVELS.indexOf(level)) return;
    write(
      format === 'text'
        ? `hindcast collector ${severity}: ${message}\n`
        : `${JSON.stringify({
            timestamp: new Date(nowMs()).toISOString(),
            severityText: severity.toUpperCase(),
            severityNumber: SEVERITY[severity],
            body: message,
            resource: { 'service.name': 'hindcast-collector' },
          })}\n`,
    );
  };
  return {
    debug: (message) => log('debug', message),
    info: (message) => log('info', message),
    warn: (message) => log('warn', message),
    error: (message, cause) => log('error', cause instanceof Error ? `${message} (${cause.message})` : message),
  };
}
