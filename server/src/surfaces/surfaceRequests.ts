import type { ShowFunctionArgument } from '@hindcast/proto/lspMessages';
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { isShown } from '../settings.js';
import type { CallHierarchy } from './callHierarchy.js';
import { codeActions } from './codeActions.js';
import { codeLenses, hover, inlayHints, resolveInlayHint } from './overlay.js';
import type { OverlayContext } from './overlayContext.js';

/** What the answers to an editor's requests are made from. */
export interface SurfaceSource {
  /** What is needed to show a file; undefined while there is nothing to show. */
  readonly context: (uri: string) => OverlayContext | undefined;
  /** The same for a file that a person looks at. */
  readonly look: (uri: string) => OverlayContext | undefined;
  readonly hierarchy: CallHierarchy;
  /** Runs the work of a request: cancelled ones do none, and failed ones answer with nothing. */
  readonly answer: <T>(what: string, token: CancellationToken, empty: T, work: () => T) => T;
}

/** Answers what an editor asks of the Language Server Protocol, from memory but for the call hierarchy. */
export function registerSurfaceRequests(
  connection: Connection,
  { context: contextOf, look, hierarchy, answer }: SurfaceSource,
): void {
  connection.languages.inlayHint.on(({ textDocument, range }, token) =>
    answer('inlay hints', token, [], () => {
      const context = look(textDocument.uri);
      return context ? inlayHints(context, range) : [];
    }),
  );
  connection.languages.inlayHint.resolve((hint, token) =>
    answer('inlay hint', token, hint, () => {
      const { uri } = (hint.data ?? {}) as Partial<ShowFunctionArgument>;
      const context = uri === undefined ? undefined : contextOf(uri);
      return context ? resolveInlayHint(hint, context) : hint;
    }),
  );
  connection.onCodeLens(({ textDocument }, token) =>
    answer('code lenses', token, [], () => {
      const context = look(textDocument.uri);
      return context ? codeLenses(context) : [];
    }),
  );
  connection.onHover(({ textDocument, position }, token) =>
    answer('hover', token, null, () => {
      const context = look(textDocument.uri);
      return context && isShown(context.settings, 'hover') ? (hover(context, position) ?? null) : null;
    }),
  );
  connection.onCodeAction((params, token) =>
    answer('code actions', token, [], () => {
      const context = contextOf(params.textDocument.uri);
      return context ? codeActions(context, params) : [];
    }),
  );
  const editorHierarchy = connection.languages.callHierarchy;
  editorHierarchy.onPrepare(({ textDocument, position }, token) =>
    answer('call hierarchy', token, null, () => hierarchy.prepare(textDocument.uri, position) ?? null),
  );
  editorHierarchy.onIncomingCalls(({ item }, token) => hierarchy.incoming(item, token));
  editorHierarchy.onOutgoingCalls(({ item }, token) => hierarchy.outgoing(item, token));
}
