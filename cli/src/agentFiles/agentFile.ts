/** A file of a repository that tells an agent of Hindcast. */
export interface AgentFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  /**
   * The file's new text.
   * @param before its present text; undefined when it is not there
   * @throws AgentFileError when it cannot be changed without losing something
   */
  readonly change: (before: string | undefined) => string;
}

/** A file is not what it should be; the message says what to do. */
export class AgentFileError extends Error {
  override readonly name = 'AgentFileError';
}
