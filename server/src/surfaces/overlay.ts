import { SHOW_CHANGE_COMMAND } from '@hindcast/proto/changeMessages';
import {
  SHOW_CALLERS_COMMAND,
  SHOW_FUNCTION_COMMAND,
  type ShowCallersArgument,
  type ShowFunctionArgument,
} from '@hindcast/proto/lspMessages';
import {
  MarkupKind,
  type CodeLens,
  type Hover,
  type InlayHint,
  type Position,
  type Range,
} from 'vscode-languageserver';
import type { Caller } from '../collector/facts.js';
import type { FunctionInFile } from '../match/fileFacts.js';
import { changeLensText } from '../present/changeText.js';
import { hintText } from '../present/hintText.js';
import { hoverCard } from '../present/hoverCard.js';
import { calmLensText, callersOf, lensText } from '../present/lensText.js';
import { isShown } from '../settings.js';
import { callSitesOf } from './callSites.js';
import { changeOf, findingsOf, functionAt, uriOf, type OverlayContext } from './overlayContext.js';

/** One hint behind the first line of each notable function within the range; of several on a line the outermost speaks. */
export function inlayHints(context: OverlayContext, range: Range): InlayHint[] {
  const { document, facts, settings } = context;
  const isInRange = (line: number) => line - 1 >= range.start.line && line - 1 <= range.end.line;
  const isFirst = firstOfLine();
  const showsHints = isShown(settings, 'inlayHints');
  const showsCallSites = isShown(settings, 'callSites');
  return facts.functions.flatMap((own) => {
    const { line, column, endLine } = own.source;
    if (endLine - 1 < range.start.line || line - 1 > range.end.line) return [];
    const text = hintText(own, settings);
    if (text === undefined) return [];
    const place: ShowFunctionArgument = { uri: document.uri, line, column };
    const hints: InlayHint[] = [];
    if (showsHints && isInRange(line) && isFirst(line)) {
      const command = { title: 'Show what it does in production', command: SHOW_FUNCTION_COMMAND, arguments: [place] };
      hints.push({
        position: document.endOfLine(line),
        label: [{ value: text, command }],
        paddingLeft: true,
        data: place,
      });
    }
    for (const hint of showsCallSites ? callSitesOf(own, context) : []) {
      if (!isInRange(hint.site.line) || !isFirst(hint.site.line)) continue;
      hints.push({
        position: document.endOfLine(hint.site.line),
        label: hint.text,
        paddingLeft: true,
        tooltip: hint.reason,
      });
    }
    return hints;
  });
}

/** The same hint with the card that editors show when the pointer rests on it. */
export function resolveInlayHint(hint: InlayHint, context: OverlayContext): InlayHint {
  const place = hint.data as Partial<ShowFunctionArgument> | undefined;
  const own = context.facts.functions.find(
    ({ source }) => source.line === place?.line && source.column === place.column,
  );
  return own ? { ...hint, tooltip: { kind: MarkupKind.Markdown, value: cardOf(own, context) } } : hint;
}

/**
 * One complete lens above each function with something to say about its relations; one a line, too. Where a lens once stood it
 * stays while the document is open. Beside it one about the change that is being made.
 */
export function codeLenses(context: OverlayContext): CodeLens[] {
  const isFirst = firstOfLine();
  return context.facts.functions.flatMap((own) => {
    const [relations, change] = [relationsLens(own, context), changeLens(own, context)];
    const shown = [relations, change].filter((lens) => lens !== undefined);
    if (shown.length === 0 || !isFirst(own.source.line)) return [];
    context.document.keepLens(own);
    return shown;
  });
}

function relationsLens(own: FunctionInFile, context: OverlayContext): CodeLens | undefined {
  const { document, nowMs, settings } = context;
  if (!isShown(settings, 'codeLens')) return undefined;
  const isCalm = document.hadLens(own) && changeTitle(own, context) === undefined;
  const title = lensText(own, findingsOf(own, context), nowMs) ?? (isCalm ? calmLensText(own) : undefined);
  if (title === undefined) return undefined;
  const { line, column, name } = own.source;
  const place: ShowFunctionArgument = { uri: document.uri, line, column };
  const callers = callersOf(own).map((caller) => callerArgument(caller, own, context));
  const showCallers: ShowCallersArgument = { ...place, functionName: name, callers };
  const command =
    callers.length > 0 && findingsOf(own, context).length === 0
      ? { title, command: SHOW_CALLERS_COMMAND, arguments: [showCallers] }
      : { title, command: SHOW_FUNCTION_COMMAND, arguments: [place] };
  return { range: startOf(own), command };
}

function changeLens(own: FunctionInFile, context: OverlayContext): CodeLens | undefined {
  const title = changeTitle(own, context);
  return title === undefined ? undefined : { range: startOf(own), command: { title, command: SHOW_CHANGE_COMMAND } };
}

function changeTitle(own: FunctionInFile, context: OverlayContext): string | undefined {
  const { change, settings } = context;
  const changed = settings.enabled && settings.change.codeLens ? changeOf(own, context) : undefined;
  return change && changed && changeLensText(changed, change.assessment, change.since);
}

function startOf({ source: { line, column } }: FunctionInFile): Range {
  const start = { line: line - 1, character: column - 1 };
  return { start, end: start };
}

/** The card of the function whose name or first token is at the position. */
export function hover(context: OverlayContext, position: Position): Hover | undefined {
  const own = functionAt(context.facts, position.line + 1, position.character + 1);
  return own ? { contents: { kind: MarkupKind.Markdown, value: cardOf(own, context) } } : undefined;
}

/** Everything that is shown without being asked for, to tell whether it has changed. */
export function shownText(context: OverlayContext): string {
  const { facts, settings, nowMs } = context;
  return facts.functions
    .map((own) => {
      const text = hintText(own, settings);
      const calls = text === undefined ? [] : callSitesOf(own, context).map((hint) => `${hint.site.line}${hint.text}`);
      const lenses = [lensText(own, findingsOf(own, context), nowMs), changeTitle(own, context)];
      return `${own.source.line}|${text ?? ''}|${lenses.join('|')}|${calls.join()}`;
    })
    .join('\n');
}

/** The callers of a function as commands and lists take them. */
export function callerArgument(
  caller: Caller,
  own: FunctionInFile,
  context: OverlayContext,
): ShowCallersArgument['callers'][number] {
  const view = own.services.find(({ facts }) => facts?.callers.includes(caller));
  const uri = view ? uriOf(caller, view, context) : undefined;
  return {
    service: caller.service,
    functionName: caller.id.name,
    ...(uri === undefined ? {} : { uri }),
    filePath: caller.filePath,
    line: caller.id.line,
    column: caller.id.column,
    calls: caller.calls,
  };
}

/** Everything that is known of a function, as Markdown. */
export function cardOf(own: FunctionInFile, context: OverlayContext): string {
  const { window, snapshotOn, nowMs, document, insight, commandLinks } = context;
  return hoverCard(own, context.facts, {
    window,
    snapshotOn,
    nowMs,
    insight,
    ...(commandLinks ? { commandsFor: { uri: document.uri, line: own.source.line, column: own.source.column } } : {}),
    linkTo: (caller, view) => {
      const uri = uriOf(caller, view, context);
      return uri === undefined ? undefined : `${uri}#L${Math.max(1, caller.id.line)}`;
    },
  });
}

/** Answers whether a line is asked about for the first time. */
function firstOfLine(): (line: number) => boolean {
  const lines = new Set<number>();
  return (line) => {
    if (lines.has(line)) return false;
    lines.add(line);
    return true;
  };
}
