// Types of editor.mjs for the tests.

type Log = (line: string) => void;

export interface EditorOptions {
  folder: string;
  port?: number;
  extensionsDir?: string;
  settings?: Record<string, unknown>;
  trusted?: boolean;
  testDriver?: boolean;
  openFiles?: string[];
  env?: Record<string, string>;
}

export interface RunningEditor {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  /** Opens the folder. */
  url: string;
  close(): Promise<void>;
}

export function ensureEditor(log?: Log): Promise<void>;
export function ensureBrowser(log?: Log): Promise<string>;
export function startEditor(options: EditorOptions): Promise<RunningEditor>;
export function installVsix(options: { vsix: string; extensionsDir: string }): Promise<void>;
export function workbenchUrl(origin: string, folder: string, payload?: [string, string][]): string;
export function remoteUri(origin: string, path: string): string;
