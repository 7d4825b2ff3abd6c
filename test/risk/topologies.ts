import type { DependencyKind, Program, SimulatedEntry, SimulatedFunction, Statement } from './program.js';

/** How services of a topology are put together. */
interface Plan {
  readonly services: readonly string[];
  /** Whom each service calls. */
  readonly calls: Readonly<Record<string, readonly string[]>>;
  /** Which queue feeds which service. */
  readonly queues: Readonly<Record<string, string>>;
  /** Who sends to which queue. */
  readonly sends: Readonly<Record<string, readonly string[]>>;
  /** Entry points of each service that begin outside. */
  readonly entries: Readonly<Record<string, { readonly interactive: number; readonly jobs: number }>>;
  /** Functions of each layer in a service: domain, storage, helpers. */
  readonly size: readonly [number, number, number];
  /** Whether calls to other services are made beside one another. */
  readonly isFanOut: boolean;
}

const none = { interactive: 0, jobs: 0 };
const plans: Readonly<Record<string, Plan>> = {
  chain: {
    ...{ services: ['gateway', 'accounts', 'ledger', 'archive'], queues: {}, sends: {}, isFanOut: false },
    calls: { gateway: ['accounts'], accounts: ['ledger'], ledger: ['archive'] },
    entries: { gateway: { interactive: 5, jobs: 0 }, archive: { interactive: 0, jobs: 1 } },
    size: [4, 3, 2],
  },
  monolith: {
    ...{ services: ['app'], calls: {}, queues: {}, sends: {}, isFanOut: false },
    entries: { app: { interactive: 10, jobs: 3 } },
    size: [16, 10, 8],
  },
  batch: {
    ...{ services: ['scheduler', 'imports', 'reports'], isFanOut: false },
    calls: { scheduler: ['imports', 'reports'], reports: ['imports'] },
    ...{ queues: { rows: 'imports' }, sends: { scheduler: ['rows'] } },
    entries: { scheduler: { interactive: 1, jobs: 4 }, reports: { interactive: 2, jobs: 2 } },
    size: [6, 4, 3],
  },
  shop: {
    ...{ services: ['storefront', 'catalog', 'pricing', 'orders', 'payments'], isFanOut: true },
    calls: { storefront: ['catalog', 'pricing', 'orders'], orders: ['payments', 'pricing'] },
    ...{ queues: { receipts: 'payments' }, sends: { orders: ['receipts'] } },
    entries: { storefront: { interactive: 6, jobs: 0 }, catalog: { interactive: 1, jobs: 1 } },
    size: [4, 3, 2],
  },
  pipeline: {
    ...{ services: ['intake', 'enrich', 'store', 'notify'], calls: { enrich: ['store'] }, isFanOut: false },
    queues: { raw: 'enrich', enriched: 'store', alerts: 'notify' },
    sends: { intake: ['raw'], enrich: ['enriched'], store: ['alerts'] },
    entries: {
      intake: { interactive: 3, jobs: 0 },
      store: { interactive: 2, jobs: 1 },
      notify: { interactive: 0, jobs: 2 },
    },
    size: [4, 3, 3],
  },
  mesh: {
    ...{ services: ['edge', 'users', 'search', 'feed', 'media', 'ads'], isFanOut: true, queues: {}, sends: {} },
    calls: {
      edge: ['users', 'search', 'feed'],
      search: ['users', 'ads'],
      feed: ['users', 'media', 'ads'],
      media: ['users'],
    },
    entries: { edge: { interactive: 6, jobs: 1 }, media: { interactive: 1, jobs: 0 } },
    size: [3, 3, 2],
  },
};

/** Weights are fitted on these, and judged on the others. */
export const TRAINING_TOPOLOGIES = ['chain', 'monolith', 'batch'] as const;
export const HELD_OUT_TOPOLOGIES = ['shop', 'pipeline', 'mesh'] as const;

const VERBS = 'load apply check build merge price quote route rank score split store trim track audit settle'.split(
  ' ',
);
const NOUNS = 'Order Cart User Item Batch Event Quote Stock Report Row Page Label Invoice Rule Token Session'.split(
  ' ',
);

/** A program of the topology: handlers, domain functions, storage and helpers in layers, and some that nothing calls. */
export function makeProgram(topology: string, random: () => number): Program {
  const plan = plans[topology];
  if (!plan) throw new RangeError(`no topology is called ${topology}`);
  let nextId = 1;
  const id = (): number => nextId++;
  const between = (from: number, to: number): number => from * (to / from) ** random();
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const names = new Set<string>();
  const name = (): string => {
    for (;;) {
      const made = `${pick(VERBS)}${pick(NOUNS)}`;
      const free = names.has(made) ? `${made}${names.size}` : made;
      if (names.has(free)) continue;
      names.add(free);
      return free;
    }
  };
  const functions: SimulatedFunction[] = [];
  const entries: SimulatedEntry[] = [];
  const utilisation = new Map<string, number>();
  const gates = new Map<string, readonly string[]>();
  const ask = (kind: DependencyKind, target: string, seconds: number): Statement => {
    if (!utilisation.has(target)) utilisation.set(target, 0.1 + 0.55 * random());
    const failRate = random() < 0.3 ? between(0.0002, 0.02) : 0;
    return { ...{ id: id(), op: 'ask', kind, target, seconds, failRate }, timeoutMs: pick([500, 1000, 2000, 5000]) };
  };
  const work = (): Statement => ({ id: id(), op: 'work', seconds: between(0.00002, 0.003) });
  const call = (fn: string): Statement => ({ id: id(), op: 'call', fn });
  const decorated = (body: readonly Statement[]): Statement[] => {
    const made = [...body];
    if (random() < 0.45)
      made.unshift({
        id: id(),
        op: 'guard',
        chance: random() < 0.3 ? 0 : between(0.001, 0.05),
        isRefusal: random() < 0.5,
      });
    if (random() < 0.3) made.splice(Math.floor(random() * made.length), 0, { id: id(), op: 'log' });
    return made;
  };
  const wrapped = (of: Statement): Statement => {
    const roll = random();
    if (roll < 0.1) return { id: id(), op: 'each', times: between(2, 12), body: [of] };
    if (roll < 0.25) return { id: id(), op: 'if', chance: between(0.02, 0.9), isInverted: false, body: [of] };
    if (roll < 0.37) return { id: id(), op: 'try', body: [of] };
    return of;
  };
  const add = (service: string, layer: string, body: readonly Statement[]): string => {
    const made = name();
    functions.push({
      ...{ name: made, deployedAs: made, service, file: `services/${service}/src/${layer}.ts`, body: decorated(body) },
      ...{ comment: `What ${service} does of ${made}.`, parameter: pick(['input', 'request', 'message']) },
    });
    return made;
  };
  for (const service of plan.services.toReversed()) {
    const [domains, storages, helpers] = plan.size;
    const helperNames = Array.from({ length: helpers }, () =>
      add(service, 'helpers', Array.from({ length: 1 + Math.floor(random() * 3) }, work)),
    );
    const storageNames = Array.from({ length: storages }, (_, i) => {
      const asked: Statement[] = [
        random() < 0.75
          ? ask('database', `${service}Db`, between(0.001, 0.02))
          : random() < 0.5
            ? ask('filesystem', `${service}Files`, between(0.0005, 0.01))
            : ask('http', `${service}Partner`, between(0.01, 0.1)),
      ];
      const isCached = i === 0 || random() < 0.25;
      return add(service, `storage${i % 2}`, [
        ...(isCached ? [{ id: id(), op: 'cached', hitRate: 0.5 + 0.48 * random(), body: asked } as const] : asked),
        work(),
      ]);
    });
    const remote = (): Statement[] => {
      const others = plan.calls[service] ?? [];
      return others.length === 0 ? [] : [{ id: id(), op: 'remote', fn: pick(gates.get(pick(others)) ?? []) }];
    };
    const sends = plan.sends[service] ?? [];
    const domainNames: string[] = [];
    for (let i = 0; i < domains; i++) {
      const below = [...storageNames, ...helperNames, ...domainNames.slice(-2)];
      const calls = Array.from({ length: 1 + Math.floor(random() * 3) }, () => wrapped(call(pick(below))));
      const reached = random() < 0.5 || i === domains - 1 ? [...remote(), ...remote()] : [];
      const beside: Statement[] =
        plan.isFanOut && reached.length > 1
          ? [{ id: id(), op: 'all', calls: [...reached, call(pick(storageNames))] }]
          : reached;
      const sent = sends.length > 0 && random() < 0.5 ? [{ id: id(), op: 'send', queue: pick(sends) } as const] : [];
      domainNames.push(add(service, `domain${i % 3}`, [work(), ...calls, ...beside, ...sent]));
    }
    for (let i = 0; i < 2; i++) add(service, 'domain0', [work(), call(pick(storageNames))]);
    gates.set(service, domainNames.slice(-3));
    const handler = (): string =>
      add(service, 'handlers', [
        ...Array.from({ length: 1 + Math.floor(random() * 2) }, () => call(pick(domainNames))),
        call(pick(helperNames)),
        ...(sends.length > 0 ? [{ id: id(), op: 'send', queue: pick(sends) } as const] : []),
      ]);
    const { interactive, jobs } = plan.entries[service] ?? none;
    for (let i = 0; i < interactive + jobs; i++) {
      const fn = handler();
      const isInteractive = i < interactive;
      entries.push({
        name: isInteractive ? `POST /${service}/${fn}` : `job ${fn}`,
        ...{ fn, isInteractive, queue: undefined },
        callsPerMinute: isInteractive ? between(0.2, 20_000) : between(0.02, 60),
      });
    }
    for (const [queue, consumer] of Object.entries(plan.queues))
      if (consumer === service)
        entries.push({ name: `consume ${queue}`, fn: handler(), callsPerMinute: 0, isInteractive: false, queue });
  }
  return { topology, functions, entries, utilisation, nextId, indent: new Map() };
}
