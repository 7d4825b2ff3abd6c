import type { ChangeStatus } from './changeMessages.js';

/**
 * What the editor client and the language server say to each other beyond the Language Server Protocol. Plain data only, so
 * that neither side needs the other's libraries.
 */

/** `initializationOptions` of the `initialize` request. Everything has a default. */
export interface HindcastInitializationOptions {
  /** `host:port` of the collector's query service; `127.0.0.1:4319` when absent. */
  readonly collectorAddress?: string;
  /** Folder of the tree-sitter grammars; found next to the server when absent. */
  readonly grammarsPath?: string;
  /** Whether the overlay starts visible; true when absent. */
  readonly overlayVisible?: boolean;
  /** Whether git may be run in the folders of files: not in folders that nobody trusts. True when absent. */
  readonly readGit?: boolean;
  /** What to look at when it starts; see `SET_SCOPE_NOTIFICATION`. */
  readonly scope?: ScopeParams;
  /** Whether the client runs `command:` links in Markdown. False when absent. */
  readonly commandLinks?: boolean;
  /** Documents that the call hierarchy is offered for, as LSP document filters; all that the client synchronizes when absent. */
  readonly callHierarchySelector?: readonly { readonly language?: string; readonly scheme?: string }[];
}

/** Environment variable of the language server with the token that the collector wants; never logged, never a setting. */
export const TOKEN_ENVIRONMENT_VARIABLE = 'HINDCAST_TOKEN';

/** The section that the server asks for with `workspace/configuration`, and that `didChangeConfiguration` announces. */
export const SETTINGS_SECTION = 'hindcast';

/**
 * Settings under `hindcast`, nested as VS Code hands them over. Missing or wrong values fall back to `defaultSettings`. Those of
 * surfaces and thresholds are asked for each document, for they may differ by language; the others once.
 */
export interface HindcastSettings {
  /** False: nothing is shown, whatever the others say. */
  readonly enabled: boolean;
  readonly inlayHints: { readonly enabled: boolean };
  readonly callSites: { readonly enabled: boolean };
  readonly codeLens: { readonly enabled: boolean };
  readonly hover: { readonly enabled: boolean };
  readonly diagnostics: { readonly enabled: boolean };
  readonly codeActions: { readonly enabled: boolean };
  readonly heat: { readonly enabled: boolean };
  /** What is said about the change that is being made. */
  readonly change: {
    /** False: it is not assessed. */
    readonly enabled: boolean;
    readonly codeLens: boolean;
    readonly status: boolean;
  };
  /** How far back, as an ISO-8601 duration such as `PT1H` or `P7D`. */
  readonly window: string;
  /** A function called at least this often gets a hint. */
  readonly minimumCallsPerMinute: number;
  /** A function whose 99th percentile is at least this many milliseconds gets a hint. */
  readonly minimumP99Ms: number;
  /** `service.name` to show when several services run a file; empty for all. */
  readonly service: string;
  readonly collector: {
    /** `host:port` */
    readonly address: string;
    readonly tls: {
      readonly enabled: boolean;
      /** Paths of PEM files; empty for none. */
      readonly caFile: string;
      readonly certFile: string;
      readonly keyFile: string;
      /** The name that the certificate is for, when it is not the address's host. */
      readonly serverName: string;
    };
  };
}

export const defaultSettings: HindcastSettings = {
  enabled: true,
  inlayHints: { enabled: true },
  callSites: { enabled: true },
  codeLens: { enabled: true },
  hover: { enabled: true },
  diagnostics: { enabled: true },
  codeActions: { enabled: true },
  heat: { enabled: false },
  change: { enabled: true, codeLens: true, status: true },
  window: 'PT1H',
  minimumCallsPerMinute: 1,
  minimumP99Ms: 100,
  service: '',
  collector: {
    address: '127.0.0.1:4319',
    tls: { enabled: false, caFile: '', certFile: '', keyFile: '', serverName: '' },
  },
};

/** Notification, server → client: sent whenever one of its fields changes. Params: `HindcastStatus`. */
export const STATUS_NOTIFICATION = 'hindcast/status';

export type ConnectionState =
  /** Asking for the first time, or again after a loss. */
  | 'connecting'
  /** Nothing answers at the address. */
  | 'no-collector'
  /** The collector wants a token, or another one. */
  | 'wrong-token'
  /** The two sides do not agree how the connection is secured, or a certificate is not trusted. */
  | 'wrong-tls'
  /** Something answers that is no collector, or one that refuses. */
  | 'refused'
  /** The collector answers, and no service reported within the window. */
  | 'no-data'
  /** The collector answers and has data. */
  | 'connected';

export interface HindcastStatus {
  readonly state: ConnectionState;
  /** `host:port` that the server asks. */
  readonly collectorAddress: string;
  /** Version of the collector; absent until it answered. */
  readonly collectorVersion?: string;
  /** The window that all numbers are about, ISO-8601. */
  readonly window: string;
  /** Newest first. */
  readonly services: readonly ServiceStatus[];
  /** The file of the active editor, when the client said which (`ACTIVE_EDITOR_NOTIFICATION`). */
  readonly file?: FileStatus;
  /** One sentence for the first line: what is, or is not, shown and what to do about it. */
  readonly message: string;
  /** What is not as it should be although it works; empty when all is well. */
  readonly notes: readonly StatusNote[];
  /** What the numbers are restricted to; empty strings do not restrict. */
  readonly scope: { readonly environment: string; readonly version: string };
  /** When the numbers were last read, milliseconds since 1970; absent before the first time. */
  readonly readAtMs?: number;
  /** The committed snapshot that is shown because no collector has anything to say; absent when none is. */
  readonly snapshot?: {
    /** The day on which it was taken, UTC: `2026-11-20`. */
    readonly takenOn: string;
    /** What its numbers are about, ISO-8601. */
    readonly window: string;
  };
  /** The change that is being made; absent until it is assessed, and where it is not. */
  readonly change?: ChangeStatus;
}

export interface StatusNote {
  readonly kind:
    /** The collector is of another version than the language server. */
    | 'version-skew'
    /** The collector's clock is off from this machine's. */
    | 'clock-skew'
    /** The collector's store says that something is wrong. */
    | 'store'
    /** No git repository around the active file, or no git. */
    | 'no-git'
    /** The repository does not have the deployed commit because it is shallow. */
    | 'shallow-clone'
    /** The repository does not have the deployed commit. */
    | 'missing-commit'
    /** Git takes too long here. */
    | 'slow-git'
    /** The active file is in none of the workspace's folders. */
    | 'outside-workspace';
  /** One sentence: what it means for the numbers, and what to do. */
  readonly message: string;
}

export interface ServiceStatus {
  /** `service.name` */
  readonly name: string;
  /** Empty when not reported. */
  readonly version: string;
  /** Empty when not reported. */
  readonly environment: string;
  /** Milliseconds since 1970. */
  readonly lastSeenMs: number;
  readonly instances: number;
  /** Every function declared. */
  readonly functions: number;
  readonly functionsRan: number;
}

export type FileState =
  /** Numbers are shown. */
  | 'shown'
  /** The file is in a language that is not read yet, or too large. */
  | 'unsupported'
  /** There is no function in it. */
  | 'no-functions'
  /** No deployment reported this file. */
  | 'unknown'
  /** Several services could own it and nothing tells which. */
  | 'ambiguous'
  /** It is loaded in production but cannot be observed there. */
  | 'not-observed'
  /** Not asked yet, or no collector. */
  | 'pending';

export interface FileStatus {
  readonly uri: string;
  readonly state: FileState;
  /** One sentence. */
  readonly message: string;
}

/** Notification, client → server: which document has the focus. Params: `ActiveEditorParams`. */
export const ACTIVE_EDITOR_NOTIFICATION = 'hindcast/activeEditor';

export interface ActiveEditorParams {
  /** Absent when no text editor has the focus. */
  readonly uri?: string;
}

/** Notification, client → server: show or hide everything, whatever the settings. Params: `OverlayVisibleParams`. */
export const OVERLAY_VISIBLE_NOTIFICATION = 'hindcast/setOverlayVisible';

export interface OverlayVisibleParams {
  readonly visible: boolean;
}

/** Notification, client → server: which part of the data to look at. Params: `ScopeParams`. */
export const SET_SCOPE_NOTIFICATION = 'hindcast/setScope';

/** What is absent or empty does not restrict; an absent window is that of the settings. */
export interface ScopeParams {
  /** `deployment.environment.name` */
  readonly environment?: string;
  /** `service.version` */
  readonly version?: string;
  /** ISO-8601 */
  readonly window?: string;
}

/** Notification, server → client: how hot the functions of an open document are. Params: `HeatParams`; empty takes it away. */
export const HEAT_NOTIFICATION = 'hindcast/heat';

export const HEAT_LEVELS = 5;

export interface HeatParams {
  readonly uri: string;
  readonly functions: readonly {
    /** 1-based. */
    readonly line: number;
    readonly endLine: number;
    /** 1 (cool) to `HEAT_LEVELS` (hot): the function's part of the time that is spent in the file. */
    readonly level: number;
    /** What the colour stands for, in words. */
    readonly text: string;
  }[];
}

/** Request, client → server: what is known of a function, as Markdown to paste. Params: `ShowFunctionArgument`; result: string or null. */
export const FUNCTION_MARKDOWN_REQUEST = 'hindcast/functionMarkdown';

/** Request, client → server: why this file shows what it shows. Params: `ExplainFileParams`; result: `FileExplanation`. */
export const EXPLAIN_FILE_REQUEST = 'hindcast/explainFile';

export interface ExplainFileParams {
  readonly uri: string;
}

export interface FileExplanation {
  /** One sentence for the first line. */
  readonly summary: string;
  readonly state: FileState;
  /** Functions of the file by what is known; they add up to `total`. */
  readonly functions: {
    readonly total: number;
    readonly ran: number;
    readonly neverRan: number;
    readonly notObserved: number;
  };
  /** Why functions show nothing, most frequent first: one sentence and how many it is about. */
  readonly notShownReasons: readonly { readonly reason: string; readonly functions: number }[];
  /** Where the numbers come from, one line per deployment. */
  readonly provenance: readonly string[];
  /** What is not as it should be about the file, although it is shown: one sentence each. */
  readonly notes: readonly string[];
}

/** Request, client → server: try to reach the collector now instead of at the end of the back-off. No params, no result. */
export const RECONNECT_REQUEST = 'hindcast/reconnect';

/**
 * Commands that code lenses and hover links carry; the client registers them. The argument of each is one object, below.
 */
export const SHOW_CALLERS_COMMAND = 'hindcast.showCallers';
export const SHOW_FUNCTION_COMMAND = 'hindcast.showFunction';
/** Argument: `ShowFunctionArgument`. */
export const COPY_FACTS_COMMAND = 'hindcast.copyFacts';
/** Argument: `OpenGraphArgument`. */
export const OPEN_GRAPH_COMMAND = 'hindcast.openGraph';
/** Argument: `OpenPlaceArgument`. */
export const OPEN_PLACE_COMMAND = 'hindcast.openPlace';
/** Argument: name of a surface's setting, such as `inlayHints`. */
export const HIDE_KIND_COMMAND = 'hindcast.hideKind';

/** A function as a deployment reported it, whose surroundings are drawn. */
export interface OpenGraphArgument {
  readonly service: string;
  readonly filePath: string;
  readonly name: string;
  /** 1-based; 0 when unknown. */
  readonly line: number;
  readonly column: number;
}

/** Scheme of URIs of functions whose files are not on this machine: `hindcast-unresolved:/<service>/<path>`. */
export const UNRESOLVED_SCHEME = 'hindcast-unresolved';

/** A place in the workspace. */
export interface OpenPlaceArgument {
  readonly uri: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** Argument of `SHOW_CALLERS_COMMAND`: the client shows the locations (a quick pick or a references peek). */
export interface ShowCallersArgument {
  readonly uri: string;
  /** 1-based, of the function's name. */
  readonly line: number;
  readonly column: number;
  readonly functionName: string;
  readonly callers: readonly {
    readonly service: string;
    readonly functionName: string;
    /** Absent when the file is not in the workspace. */
    readonly uri?: string;
    /** As the deployment reported it. */
    readonly filePath: string;
    /** 1-based; 0 when unknown. */
    readonly line: number;
    readonly column: number;
    readonly calls: number;
  }[];
}

/** Argument of `SHOW_FUNCTION_COMMAND`: the client reveals the place and opens the hover there. */
export interface ShowFunctionArgument {
  readonly uri: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}
