import type { HindcastSettings } from '@hindcast/proto/lspMessages';
import type { CallerLinks } from '../callerLinks.js';
import type { Caller } from '../collector/facts.js';
import type { Finding } from '../collector/findings.js';
import type { FileFacts, FunctionInFile, FunctionInService } from '../match/fileFacts.js';
import type { Insight } from '../match/insight.js';
import type { OpenDocument } from '../openDocument.js';

/** What is needed to show one file. */
export interface OverlayContext {
  readonly document: OpenDocument;
  readonly facts: FileFacts;
  readonly insight: Insight;
  readonly settings: HindcastSettings;
  /** ISO-8601: what all numbers are about. */
  readonly window: string;
  /** Undefined: nothing is linked. */
  readonly links: CallerLinks | undefined;
  /** Whether `command:` links in Markdown do something. */
  readonly commandLinks: boolean;
  /** By the collector's clock, milliseconds since 1970. */
  readonly nowMs: number;
}

/** The function whose name is there, or the last one that starts before it on its line. */
export function functionAt({ functions }: FileFacts, line: number, column: number): FunctionInFile | undefined {
  const onLine = functions.filter(({ source }) => source.line === line);
  const before = onLine.filter(({ source }) => source.column <= column);
  return before.at(-1) ?? onLine[0];
}

/** The innermost function that a 1-based line is in, else the one that begins there. */
export function functionAround(facts: FileFacts, line: number, column: number): FunctionInFile | undefined {
  const at = functionAt(facts, line, column);
  if (at) return at;
  return facts.functions.filter(({ source }) => source.line <= line && source.endLine >= line).at(-1);
}

/** The path of the file as a service reports it; empty when the service does not run it. */
export function reportedPath({ services }: FileFacts, service: string): string {
  return services.find((own) => own.service === service)?.primary.filePath ?? '';
}

/** What got worse about a function, in whatever service, worst first. */
export function findingsOf(own: FunctionInFile, { facts, insight }: OverlayContext): readonly Finding[] {
  return insight.allFindings(own, (service) => reportedPath(facts, service));
}

/** The `file:` URI of a caller or callee, without a fragment; undefined when its file is not here or cannot be told. */
export function uriOf(
  other: Pick<Caller, 'service' | 'filePath'>,
  view: FunctionInService,
  { facts, links, document }: OverlayContext,
): string | undefined {
  const reported = reportedPath(facts, view.service);
  return reported === '' ? undefined : links?.uriOf(other, view, document.path, reported);
}
