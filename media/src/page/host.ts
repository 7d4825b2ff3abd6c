import { toWebviewShape, type FromWebview, type ToWebview } from '@hindcast/proto/webviewMessages';

interface VsCodeApi {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** Tells the extension something. */
export function tell(message: FromWebview): void {
  api.postMessage(message);
}

/** Calls back with every message of the extension that is one; anything else is dropped. */
export function listen(onMessage: (message: ToWebview) => void): void {
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (toWebviewShape.is(data)) onMessage(data);
    else tell({ type: 'broken', message: 'A message of the extension was not understood.' });
  });
  window.addEventListener('error', ({ message }) => tell({ type: 'broken', message: message.slice(0, 1000) }));
}

type Remembered = Readonly<Record<string, unknown>>;

function remembered(): Remembered {
  const state = api.getState();
  return typeof state === 'object' && state !== null ? (state as Remembered) : {};
}

/** What was remembered under a name; survives hiding the tab and restarting the window. */
export function recall(name: string): unknown {
  return remembered()[name];
}

export function remember(name: string, value: unknown): void {
  api.setState({ ...remembered(), [name]: value });
}
