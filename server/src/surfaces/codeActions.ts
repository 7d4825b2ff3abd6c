import {
  COPY_FACTS_COMMAND,
  HIDE_KIND_COMMAND,
  OPEN_GRAPH_COMMAND,
  OPEN_PLACE_COMMAND,
  SHOW_CALLERS_COMMAND,
  SHOW_FUNCTION_COMMAND,
  type OpenGraphArgument,
  type OpenPlaceArgument,
  type ShowCallersArgument,
  type ShowFunctionArgument,
} from '@hindcast/proto/lspMessages';
import { CodeActionKind, CodeActionTriggerKind, type CodeAction, type CodeActionParams } from 'vscode-languageserver';
import { callersOf } from '../present/lensText.js';
import { isShown, type Surface } from '../settings.js';
import { DIAGNOSTIC_SOURCE } from './diagnostics.js';
import { callerArgument } from './overlay.js';
import { functionAround, reportedPath, type OverlayContext } from './overlayContext.js';

/**
 * What can be done about the function at the cursor, when a person asks. Unasked, only what goes with a diagnostic of ours is
 * offered: a light bulb on every line would be noise. None of them changes text.
 */
export function codeActions(context: OverlayContext, { range, context: asked }: CodeActionParams): CodeAction[] {
  // All of them are commands, which only our own client has.
  if (!context.commandLinks || !isShown(context.settings, 'codeActions')) return [];
  const wanted = asked.only;
  if (wanted && !wanted.some((kind) => kind === '' || kind === CodeActionKind.QuickFix)) return [];
  const ours = asked.diagnostics.filter(({ source }) => source === DIAGNOSTIC_SOURCE);
  if (asked.triggerKind === CodeActionTriggerKind.Automatic && ours.length === 0) return [];
  const own = functionAround(context.facts, range.start.line + 1, range.start.character + 1);
  const view = own?.services.find(({ facts }) => facts !== undefined);
  if (!own || !view?.facts) return [];

  const { line, column, name } = own.source;
  const place: ShowFunctionArgument = { uri: context.document.uri, line, column };
  const action = (title: string, command: string, argument: unknown): CodeAction => ({
    title: `Hindcast: ${title}`,
    kind: CodeActionKind.QuickFix,
    ...(ours.length > 0 ? { diagnostics: ours } : {}),
    command: { title, command, arguments: [argument] },
  });
  const callers = callersOf(own).map((caller) => callerArgument(caller, own, context));
  const showCallers: ShowCallersArgument = { ...place, functionName: name, callers };
  const hottest = callers.find(({ uri }) => uri !== undefined);
  const { id } = view.facts;
  const graph: OpenGraphArgument = {
    service: view.service,
    filePath: reportedPath(context.facts, view.service),
    name: id.name,
    line: id.line,
    column: id.column,
  };
  const openPlace: OpenPlaceArgument | undefined =
    hottest?.uri === undefined
      ? undefined
      : { uri: hottest.uri, line: Math.max(1, hottest.line), column: Math.max(1, hottest.column) };
  const hide = (surface: Surface, what: string) => action(`Stop showing ${what}`, HIDE_KIND_COMMAND, surface);
  return [
    action(`Explain ${name}`, SHOW_FUNCTION_COMMAND, place),
    action('Copy production facts as Markdown', COPY_FACTS_COMMAND, place),
    ...(callers.length > 0 ? [action(`Show ${callers.length} callers`, SHOW_CALLERS_COMMAND, showCallers)] : []),
    ...(hottest && openPlace
      ? [action(`Go to hottest caller, ${hottest.functionName}`, OPEN_PLACE_COMMAND, openPlace)]
      : []),
    action('Open call graph', OPEN_GRAPH_COMMAND, graph),
    ...(ours.length > 0
      ? [hide('diagnostics', 'diagnostics')]
      : [hide('inlayHints', 'hints'), hide('codeLens', 'lenses')]),
  ];
}
