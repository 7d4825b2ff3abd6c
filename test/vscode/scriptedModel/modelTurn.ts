/** One request to the scripted model: what it was given, and what it did. */
export interface ModelTurn {
  /** Names of our tools among those offered. */
  readonly tools: readonly string[];
  /** Our skills that the prompt lists. */
  readonly skills: readonly string[];
  /** The tool that it called, and with what. */
  readonly calls?: string;
  readonly input?: unknown;
  /** The facts that it was given, by a tool or in the prompt. */
  readonly facts?: string;
  readonly says?: string;
}
