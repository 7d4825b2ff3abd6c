import { formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import { errorRate } from '@hindcast/core/rates';
import { SHOW_FUNCTION_COMMAND, type ShowFunctionArgument } from '@hindcast/proto/lspMessages';
import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import { cleanText } from '../agents/productionText.js';
import type { FunctionInFile } from '../match/fileFacts.js';
import { findingCodes, findingSentence } from '../present/findingText.js';
import { functionTotals } from '../present/functionTotals.js';
import { isShown } from '../settings.js';
import { findingsOf, type OverlayContext } from './overlayContext.js';

/** Where fewer of the calls fail, nothing is underlined. */
const MIN_ERROR_RATE = 0.01;
const MIN_ERRORS = 5;
const MAX_MESSAGE_LENGTH = 500;
/** A function that is called so often is worth a word when it has been edited. */
const MIN_EDITED_CALLS_PER_MINUTE = 100;

export const DIAGNOSTIC_SOURCE = 'Hindcast';

/**
 * What is worth looking into in a file: what got worse (information), where errors begin, and what is hot and was just edited (hints).
 * Never warnings or errors: the code may be right. One for each function and kind. Agents read them too, so no word of production is
 * more than a word.
 */
export function diagnostics(context: OverlayContext): Diagnostic[] {
  if (!isShown(context.settings, 'diagnostics')) return [];
  return context.facts.functions.flatMap((own) => [
    ...findingDiagnostics(own, context),
    ...originDiagnostics(own, context),
    ...editedDiagnostics(own, context),
  ]);
}

function findingDiagnostics(own: FunctionInFile, context: OverlayContext): Diagnostic[] {
  const byKind = new Map([...findingsOf(own, context)].reverse().map((finding) => [finding.kind, finding] as const));
  return [...byKind.values()].map((finding) =>
    diagnostic(own, context, {
      severity: finding.state === 'suspected' ? DiagnosticSeverity.Hint : DiagnosticSeverity.Information,
      code: findingCodes[finding.kind],
      message: findingSentence(finding),
    }),
  );
}

/** Where errors are thrown, not where they pass through. */
function originDiagnostics(own: FunctionInFile, context: OverlayContext): Diagnostic[] {
  const thrown = new Map<string, number>();
  let calls = 0;
  for (const view of own.services) {
    if (view.facts?.state !== 'ran') continue;
    calls += view.facts.calls;
    for (const origin of context.insight.detail(view)?.errorOrigins ?? []) {
      if (origin.thrown > 0) thrown.set(origin.type, (thrown.get(origin.type) ?? 0) + origin.thrown);
    }
  }
  const total = [...thrown.values()].reduce((sum, count) => sum + count, 0);
  if (total < MIN_ERRORS || errorRate(total, calls) < MIN_ERROR_RATE) return [];
  const [[type, count] = ['', 0]] = [...thrown].sort(([, a], [, b]) => b - a);
  const share = formatShare(errorRate(total, calls));
  const name = cleanText(type, 60);
  const most = thrown.size > 1 ? `, most of them ${name} (${count.toLocaleString('en-US')})` : ` ${name}`;
  return [
    diagnostic(own, context, {
      severity: DiagnosticSeverity.Hint,
      code: 'error-origin',
      message: `Throws in ${share} of its calls in production: ${total.toLocaleString('en-US')}${most}.`,
    }),
  ];
}

/** Facts that whoever is changing a hot function should have before it is deployed, asked for or not. */
function editedDiagnostics(own: FunctionInFile, context: OverlayContext): Diagnostic[] {
  const totals = functionTotals(own);
  if (!totals?.isEdited || totals.callsPerMinute < MIN_EDITED_CALLS_PER_MINUTE) return [];
  const entries = new Set(
    own.services.flatMap(({ facts }) => (facts?.entryPoints ?? []).map(({ entryPoint }) => entryPoint.name)),
  ).size;
  const slow = totals.p99Seconds === undefined ? '' : `, p99 ${formatDuration(totals.p99Seconds)}`;
  const failing = totals.errors > 0 ? `, ${formatShare(totals.errorRate)} errors` : '';
  const serves = entries === 0 ? '' : `, for ${entries} entry ${entries === 1 ? 'point' : 'points'}`;
  return [
    diagnostic(own, context, {
      severity: DiagnosticSeverity.Hint,
      code: 'edited-hot-function',
      message: `Edited since it was deployed; in production it runs ${formatRate(totals.callsPerMinute)}${slow}${failing}${serves}. Each call that is added here is made as often.`,
    }),
  ];
}

function diagnostic(
  { source }: FunctionInFile,
  { document, commandLinks }: OverlayContext,
  own: { readonly severity: DiagnosticSeverity; readonly code: string; readonly message: string },
): Diagnostic {
  const start = { line: source.line - 1, character: source.column - 1 };
  const place: ShowFunctionArgument = { uri: document.uri, line: source.line, column: source.column };
  const href = `command:${SHOW_FUNCTION_COMMAND}?${encodeURIComponent(JSON.stringify([place]))}`;
  return {
    range: { start, end: document.endOfWord(start) },
    severity: own.severity,
    source: DIAGNOSTIC_SOURCE,
    code: own.code,
    ...(commandLinks ? { codeDescription: { href } } : {}),
    message: own.message.slice(0, MAX_MESSAGE_LENGTH),
    data: place,
  };
}
