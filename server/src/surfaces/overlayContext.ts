import type { AssessedFunction, Assessment } from '@hindcast/core/assess/assessment';
import type { HindcastSettings } from '@hindcast/proto/lspMessages';
import type { CallerLinks } from '../callerLinks.js';
import type { Caller } from '../collector/facts.js';
import type { Finding } from '../collector/findings.js';
import type { FileFacts, FunctionInFile, FunctionInService } from '../match/fileFacts.js';
import type { Insight } from '../match/insight.js';
import type { OpenDocument } from '../openDocument.js';

/** What the change that is being made does to a file. */
export interface FileChange {
  readonly functions: readonly AssessedFunction[];
  /** Of the whole repository. */
  readonly assessment: Assessment;
  /** What it is compared with, as people call it. */
  readonly since: string;
}

/** What is needed to show one file. */
export interface OverlayContext {
  readonly document: OpenDocument;
  readonly facts: FileFacts;
  readonly insight: Insight;
  readonly settings: HindcastSettings;
  /** ISO-8601: what all numbers are about. */
  readonly window: string;
  /** The day of the committed snapshot that the numbers are from; undefined when a collector told them. */
  readonly snapshotOn?: string | undefined;
  /** Undefined: nothing is linked. */
  readonly links: CallerLinks | undefined;
  /** Whether `command:` links in Markdown do something. */
  readonly commandLinks: boolean;
  /** Undefined where nothing differs, or nothing is said of it. */
  readonly change: FileChange | undefined;
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

/** What the change does to a function: of several with its name the one whose line was nearest. */
export function changeOf(own: FunctionInFile, { change }: OverlayContext): AssessedFunction | undefined {
  const { name, line } = own.source;
  const named = change?.functions.filter((one) => one.name === name && one.kind !== 'removed') ?? [];
  return [...named].sort((a, b) => Math.abs(a.line - line) - Math.abs(b.line - line))[0];
}
