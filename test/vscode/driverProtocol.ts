/** What a test may ask of the driver in the extension host. Paths are absolute; lines and columns 1-based. */
export type DriverRequest =
  | { readonly do: 'open'; readonly path: string }
  | { readonly do: 'hints'; readonly path: string }
  | { readonly do: 'lenses'; readonly path: string }
  | { readonly do: 'hover'; readonly path: string; readonly line: number; readonly column: number }
  | { readonly do: 'diagnostics'; readonly path: string }
  | { readonly do: 'actions'; readonly path: string; readonly line: number; readonly column: number }
  | { readonly do: 'hierarchy'; readonly path: string; readonly line: number; readonly column: number }
  | { readonly do: 'select'; readonly line: number; readonly column: number }
  | { readonly do: 'run'; readonly command: string; readonly arguments: readonly unknown[] }
  | { readonly do: 'commands' }
  | { readonly do: 'clipboard' }
  | { readonly do: 'set'; readonly key: string; readonly value: unknown }
  | { readonly do: 'api' }
  | { readonly do: 'end' };

export interface SeenHint {
  readonly line: number;
  readonly text: string;
}

export interface SeenLens {
  readonly line: number;
  readonly title: string;
  readonly command: string;
  readonly arguments: readonly unknown[];
}

export interface SeenDiagnostic {
  readonly line: number;
  readonly code: string;
  /** As the editor names it: `Error`, `Warning`, `Information`, `Hint`. */
  readonly severity: string;
  readonly message: string;
}

/** The details of an item of the call hierarchy, and of those who call it and whom it calls. */
export interface SeenHierarchy {
  readonly item: string;
  readonly incoming: readonly string[];
  readonly outgoing: readonly string[];
}
