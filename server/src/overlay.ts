import {
  SHOW_CALLERS_COMMAND,
  SHOW_FUNCTION_COMMAND,
  type HindcastSettings,
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
import type { CallerLinks } from './callerLinks.js';
import type { Caller } from './collector/facts.js';
import type { FileFacts, FunctionInFile, FunctionInService } from './match/fileFacts.js';
import type { OpenDocument } from './openDocument.js';
import { hintText } from './present/hintText.js';
import { hoverCard } from './present/hoverCard.js';
import { callersOf, lensText } from './present/lensText.js';

/** What is needed to show one file. */
export interface OverlayContext {
  readonly document: OpenDocument;
  readonly facts: FileFacts;
  readonly settings: HindcastSettings;
  readonly links: CallerLinks;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** One hint behind the first line of each notable function within the range; of several on a line the outermost speaks. */
export function inlayHints(context: OverlayContext, range: Range): InlayHint[] {
  const { document, facts, settings } = context;
  const isInRange = ({ source }: FunctionInFile) =>
    source.line - 1 >= range.start.line && source.line - 1 <= range.end.line;
  const isFirst = firstOfLine();
  return facts.functions.filter(isInRange).flatMap((own) => {
    const text = hintText(own, settings);
    if (text === undefined || !isFirst(own)) return [];
    return [
      {
        position: document.endOfLine(own.source.line),
        label: text,
        paddingLeft: true,
        tooltip: { kind: MarkupKind.Markdown, value: cardOf(own, context) },
      },
    ];
  });
}

/** One complete lens above each function with something to say about its relations; one a line, too. */
export function codeLenses(context: OverlayContext): CodeLens[] {
  const { document, facts, nowMs } = context;
  const isFirst = firstOfLine();
  return facts.functions.flatMap((own) => {
    const title = lensText(own, nowMs);
    if (title === undefined || !isFirst(own)) return [];
    const { line, column, name } = own.source;
    const place: ShowFunctionArgument = { uri: document.uri, line, column };
    const callers = callersOf(own).map((caller) => callerArgument(caller, own, context));
    const showCallers: ShowCallersArgument = { ...place, functionName: name, callers };
    const command =
      callers.length > 0
        ? { title, command: SHOW_CALLERS_COMMAND, arguments: [showCallers] }
        : { title, command: SHOW_FUNCTION_COMMAND, arguments: [place] };
    const start = { line: line - 1, character: column - 1 };
    return [{ range: { start, end: start }, command }];
  });
}

/** The card of the function whose name or first token is at the position. */
export function hover(context: OverlayContext, position: Position): Hover | undefined {
  const own = functionAt(context.facts, position);
  return own ? { contents: { kind: MarkupKind.Markdown, value: cardOf(own, context) } } : undefined;
}

/** Everything that hints and lenses show, to tell whether it has changed. */
export function shownText(context: OverlayContext): string {
  const { facts, settings, nowMs } = context;
  return facts.functions
    .map((own) => `${own.source.line}|${hintText(own, settings) ?? ''}|${lensText(own, nowMs) ?? ''}`)
    .join('\n');
}

/** Answers whether a function is the first of its line to be asked about. */
function firstOfLine(): (own: FunctionInFile) => boolean {
  const lines = new Set<number>();
  return ({ source }) => {
    if (lines.has(source.line)) return false;
    lines.add(source.line);
    return true;
  };
}

/** The function whose name is there, or the last one that starts before it on its line. */
function functionAt({ functions }: FileFacts, position: Position): FunctionInFile | undefined {
  const onLine = functions.filter(({ source }) => source.line - 1 === position.line);
  const before = onLine.filter(({ source }) => source.column - 1 <= position.character);
  return before.at(-1) ?? onLine[0];
}

function cardOf(own: FunctionInFile, context: OverlayContext): string {
  const { settings, nowMs } = context;
  return hoverCard(own, context.facts, {
    window: settings.window,
    nowMs,
    linkTo: (caller, view) => {
      const uri = uriOf(caller, view, context);
      return uri === undefined ? undefined : `${uri}#L${Math.max(1, caller.id.line)}`;
    },
  });
}

function callerArgument(
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

function uriOf(
  caller: Caller,
  view: FunctionInService,
  { facts, links, document }: OverlayContext,
): string | undefined {
  const reported = facts.services.find(({ service }) => service === view.service)?.primary.filePath;
  return reported === undefined ? undefined : links.uriOf(caller, view, document.path, reported);
}
