import type { CallKind } from '@hindcast/core/assess/functionChange';
import type { ServiceSummary } from '../collector/facts.js';
import type { FileFacts } from '../match/fileFacts.js';
import type { LocatedFunction } from '../source/sourceFunction.js';
import { kindOfCallee } from './callKinds.js';
import type { FunctionDiff } from './changedFunctions.js';
import { dependenciesOf, onlyOfKind, serviceDependencies, type KnownDependency } from './dependencyTargets.js';
import { countedDeployments, type DeployedFunction } from './exposure.js';
import type { OwnCode, OwnFunction } from './ownCode.js';
import type { ParsedSide } from './parsedSide.js';
import { ends, type Evidence } from './reachedCalls.js';

/** Callees that go somewhere else each time: where one went says nothing of another. */
const GOES_ANYWHERE = /^(?:fetch|axios|got|ky|https?|superagent|request|requests|undici|httpx)(?:\.|$)/;

/** What production shows of the functions of some files, as evidence for what calls in them reach. */
export class ProductionEvidence implements Evidence {
  readonly #counted = new Map<LocatedFunction, readonly DeployedFunction[]>();
  readonly #diff: FunctionDiff;
  readonly #changed: ReadonlySet<LocatedFunction>;
  readonly #services: readonly ServiceSummary[];
  readonly #learned = new Map<string, KnownDependency | undefined>();

  constructor(
    diff: FunctionDiff,
    facts: readonly (readonly [ParsedSide, FileFacts | undefined])[],
    services: readonly ServiceSummary[],
    code: OwnCode,
  ) {
    this.#diff = diff;
    this.#services = services;
    this.#changed = new Set(
      diff.functions.flatMap(({ kind, after }) =>
        after && (kind === 'changed' || kind === 'added') ? [after.source] : [],
      ),
    );
    this.#before = new Map(
      diff.functions.flatMap(({ before, after }) => (before && after ? [[after.source, before.source] as const] : [])),
    );
    for (const [side, found] of facts) {
      for (const { source, services: views } of found?.functions ?? []) {
        const own = side.parsed.functions.find((each) => each === source);
        if (own && found && views.length > 0) this.#counted.set(own, countedDeployments(views, found));
      }
      this.#learn(side, code);
    }
  }

  readonly #before: ReadonlyMap<LocatedFunction, LocatedFunction>;

  dependencies({ source }: OwnFunction): readonly KnownDependency[] | undefined {
    if (this.#changed.has(source)) return undefined;
    const counted = this.#of(source);
    return counted.some(({ facts }) => facts.state === 'ran') ? dependenciesOf(counted) : undefined;
  }

  targets({ source }: OwnFunction): readonly KnownDependency[] {
    return dependenciesOf(this.#of(source));
  }

  learned(callee: string): KnownDependency | undefined {
    return this.#learned.get(plain(callee));
  }

  ofService({ side, source }: OwnFunction, kind: CallKind): KnownDependency | undefined {
    const around = [source, ...side.parsed.functions].flatMap((own) => this.#of(own));
    const names = new Set(around.map(({ deployment }) => deployment.service));
    const own = this.#services.filter(({ deployment }) => names.has(deployment.service));
    return onlyOfKind(serviceDependencies(own.map(({ dependencies }) => dependencies)), kind);
  }

  /** How often production sees one own function call another, for each of its calls; undefined: it does not say. */
  callsPerCall(from: OwnFunction, to: OwnFunction): number | undefined {
    const [callers, callees] = [this.#of(from.source), this.#of(to.source)];
    const calls = callers.reduce((sum, { facts }) => sum + facts.calls, 0);
    const edges = callees.flatMap(({ facts }) =>
      facts.callers.filter(({ service, filePath, id }) =>
        callers.some(
          (own) => own.deployment.service === service && own.filePath === filePath && own.facts.id.name === id.name,
        ),
      ),
    );
    if (calls === 0 || edges.length === 0) return undefined;
    return edges.reduce((sum, edge) => sum + edge.calls, 0) / calls;
  }

  #of(source: LocatedFunction): readonly DeployedFunction[] {
    const older = this.#before.get(source) ?? this.#diff.kept.get(source)?.source ?? source;
    return this.#counted.get(older) ?? this.#counted.get(source) ?? [];
  }

  /** A function with one dependency of a kind, and calls that can only be it: elsewhere the same callee is it too. */
  #learn(side: ParsedSide, code: OwnCode): void {
    const names = code.names(side);
    for (const source of side.parsed.functions) {
      const dependencies = this.#counted.has(source) ? dependenciesOf(this.#counted.get(source) ?? []) : [];
      if (dependencies.length === 0) continue;
      const kindOf = (callee: string) => kindOfCallee(callee, names);
      const { calls } = code.shape({ side, source });
      const callees = [...new Set(ends(calls, (callee) => kindOf(callee) !== 'unknown').map(({ callee }) => callee))];
      for (const kind of new Set(dependencies.map((each) => each.kind))) {
        const only = onlyOfKind(dependencies, kind);
        if (!only) continue;
        const guessed = callees.filter((callee) => kindOf(callee) === kind && !GOES_ANYWHERE.test(plain(callee)));
        for (const callee of guessed) this.#keep(callee, only);
      }
    }
  }

  /** What two functions show to be different things is not known. */
  #keep(callee: string, dependency: KnownDependency): void {
    const key = plain(callee);
    const known = this.#learned.get(key);
    const isOther = this.#learned.has(key) && (known?.target !== dependency.target || known.kind !== dependency.kind);
    this.#learned.set(key, isOther ? undefined : { ...dependency, perCall: undefined });
  }
}

function plain(callee: string): string {
  return callee.replace(/^(?:this|self)\./, '');
}
