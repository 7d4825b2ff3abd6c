/** Where a command writes and what it knows about its surroundings; tests hand in their own. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  readonly isColour: boolean;
  /** Characters in a line of the terminal; undefined when the output is not one. */
  readonly columns: number | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
}

/** One word after `hindcast`. To add a command, write its file and add it to the table in main.ts. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What `--help` prints: how to call it and every flag. */
  readonly help: string;
  /**
   * @param args what follows the command's name
   * @returns the process's exit code
   * @throws UsageError for arguments that make no sense
   */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** Exit codes that scripts may rely on. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** The command line makes no sense; the message is one line that says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
