/** Programs that can be printed as source, edited, and run in simulated time: the same statements are all three. */

export type DependencyKind = 'database' | 'cache' | 'http' | 'queue' | 'filesystem';

interface Identified {
  /** The same in every revision, so that what chance decides of a statement is the same in all of them. */
  readonly id: number;
}

export type Statement = Identified &
  (
    | { readonly op: 'work'; readonly seconds: number }
    /** Waits for something that is no dependency: a timer, a lock. */
    | { readonly op: 'wait'; readonly seconds: number }
    | { readonly op: 'call'; readonly fn: string }
    /** A call of a function of another service over HTTP. */
    | { readonly op: 'remote'; readonly fn: string }
    | {
        readonly op: 'ask';
        readonly kind: DependencyKind;
        readonly target: string;
        readonly seconds: number;
        readonly failRate: number;
        readonly timeoutMs: number;
      }
    /** Gives work to a consumer, and does not wait for it. */
    | { readonly op: 'send'; readonly queue: string }
    | { readonly op: 'each'; readonly times: number; readonly body: readonly Statement[] }
    | { readonly op: 'all'; readonly calls: readonly Statement[] }
    | { readonly op: 'if'; readonly chance: number; readonly isInverted: boolean; readonly body: readonly Statement[] }
    /** Refuses input that would break what follows, or gives up early. */
    | { readonly op: 'guard'; readonly chance: number; readonly isRefusal: boolean }
    /** What happens without a guard. It is nowhere in the source. */
    | { readonly op: 'breaks'; readonly chance: number }
    | { readonly op: 'throw'; readonly chance: number }
    | { readonly op: 'cached'; readonly hitRate: number; readonly body: readonly Statement[] }
    | { readonly op: 'try'; readonly body: readonly Statement[] }
    | { readonly op: 'log' }
  );

export interface SimulatedFunction {
  readonly name: string;
  readonly service: string;
  /** Relative to the repository's root. */
  readonly file: string;
  readonly body: readonly Statement[];
  /** The name that it had in the first revision: facts of production are about that one. */
  readonly deployedAs: string;
  /** A comment above it, and the name of its parameter. */
  readonly comment: string;
  readonly parameter: string;
}

export interface SimulatedEntry {
  readonly name: string;
  readonly fn: string;
  readonly callsPerMinute: number;
  readonly isInteractive: boolean;
  /** Of a consumer: its queue. It runs as often as something is sent. */
  readonly queue: string | undefined;
}

export interface Program {
  readonly topology: string;
  readonly functions: readonly SimulatedFunction[];
  readonly entries: readonly SimulatedEntry[];
  /** Of each dependency the share of its capacity that the first revision uses. */
  readonly utilisation: ReadonlyMap<string, number>;
  readonly nextId: number;
  /** Files that a formatter wrote anew: indentation in spaces. */
  readonly indent: ReadonlyMap<string, number>;
}

/** Every statement of a body, inner ones too. */
export function* statementsOf(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement;
    if ('body' in statement) yield* statementsOf(statement.body);
    if (statement.op === 'all') yield* statementsOf(statement.calls);
  }
}

/** The body with what the function makes of each statement in place of it; undefined leaves one as it is. */
export function replaced(
  body: readonly Statement[],
  by: (statement: Statement) => readonly Statement[] | undefined,
): Statement[] {
  return body.flatMap((statement): readonly Statement[] => {
    const other = by(statement);
    if (other) return other;
    if ('body' in statement) return [{ ...statement, body: replaced(statement.body, by) }];
    return [statement];
  });
}
