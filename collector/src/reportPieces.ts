import type { Report } from './store/model.js';

/** Declarations of so many functions are written at a time, so that a service's first ones keep nobody waiting for long. */
const MAX_DECLARED = 5_000;

/**
 * Reports in the portions in which they are written. Declarations may be stored one by one, because declaring again changes nothing;
 * numbers never are: a report with numbers is in one piece, after its deployment's declarations.
 */
export function* inPieces(reports: readonly Report[]): Generator<readonly Report[]> {
  const last: Report[] = [];
  for (const report of reports) {
    const { declarations } = report;
    if (declarations.reduce((sum, { functions }) => sum + functions.length, 0) <= MAX_DECLARED) {
      last.push(report);
      continue;
    }
    let size = 0;
    let piece: Report['declarations'][number][] = [];
    const flush = (): readonly Report[] => [declarationsOnly(report, piece)];
    for (const declaration of declarations) {
      for (let from = 0; from === 0 || from < declaration.functions.length; from += MAX_DECLARED) {
        const functions = declaration.functions.slice(from, from + MAX_DECLARED);
        if (size + functions.length > MAX_DECLARED) {
          yield flush();
          piece = [];
          size = 0;
        }
        piece.push({ ...declaration, functions });
        size += functions.length;
      }
    }
    yield flush();
    last.push({ ...report, declarations: [] });
  }
  if (last.length > 0) yield last;
}

/** Nothing but declarations, and without a mark: only the last piece says that the report is stored. */
function declarationsOnly(report: Report, declarations: Report['declarations']): Report {
  return {
    ...report,
    onceKey: undefined,
    covered: [],
    declarations,
    functions: [],
    errors: [],
    edges: [],
    entries: [],
    entryErrors: [],
    functionEntries: [],
    dependencies: [],
    dependencyErrors: [],
    exemplars: [],
    drops: [],
  };
}
