/** What the editor client asks the language server on behalf of agents and of people who ask what agents ask. Plain data only. */

/** Request, client → server, cancellable. Params: `AskParams`; result: `AskResult`. May wait for the collector. */
export const ASK_REQUEST = 'hindcast/ask';

export interface AskParams {
  /** Name of a tool, such as `get_runtime_context`. */
  readonly tool: string;
  /** The tool's input; checked by the server. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** An answer, or why there is none. */
export type AskResult = AskAnswer | AskProblem;

export interface AskAnswer {
  /** Compact Markdown. Text of production only in code spans. */
  readonly markdown: string;
  /** The same facts as data, as the MCP server gives them. Text of production only under `untrusted`. */
  readonly structured: Readonly<Record<string, unknown>>;
  /** Absolute path of the folder that paths in the answer are relative to. */
  readonly folder: string;
}

export interface AskProblem {
  /** One or two sentences: what is wrong, and what a model or a person should do. */
  readonly problem: string;
}
