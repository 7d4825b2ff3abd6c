/**
 * The one logging interface. Levels: error = needs a person; warn = degraded but working; info = lifecycle; debug = decisions.
 * Never pass tokens, bodies or other personal data.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
