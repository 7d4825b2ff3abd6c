import type { Logger } from '@hindcast/core/logger';
import type { GraphNode } from './callGraph.js';
import type { CollectorClient } from './collectorClient.js';
import type { Deployment, FunctionId } from './facts.js';
import type { FunctionDetail } from './functionDetail.js';
import type { Scope } from './scope.js';

/** Files whose details are kept: those that people look at, the latest of them. */
const MAX_FILES = 4;
const SERIES_POINTS = 24;
/** Functions of one file whose callees are asked for. */
const MAX_ROOTS = 20;
const MAX_NODES = 400;

/** One function that a function calls, with what is known of the callee as a whole. */
export interface CalleeFacts {
  readonly callee: GraphNode;
  /** From this caller. */
  readonly calls: number;
  /** Everything that calls the callee, as far as the answer has it. */
  readonly sampledCalls: number;
}

interface FileDetails {
  readonly details: ReadonlyMap<string, FunctionDetail>;
  readonly callees: ReadonlyMap<string, readonly CalleeFacts[]>;
}

/**
 * Keeps what is too much to ask for every open file: series, callees, critical paths and exemplars of the hottest functions of
 * the few files that are looked at. Readers never wait; what is not there yet is not shown.
 */
export class DetailFeed {
  readonly #client: () => CollectorClient | undefined;
  readonly #scope: () => Scope;
  readonly #onChange: () => void;
  readonly #logger: Logger;
  readonly #restMs: number;
  /** The latest looked at comes last. */
  readonly #files = new Map<string, FileDetails | undefined>();
  readonly #stale = new Set<string>();
  #reading: AbortController | undefined;
  #soon: NodeJS.Timeout | undefined;
  #version = 0;

  /**
   * @param onChange called after every change of what `detail` and `callees` answer
   * @param restMs how long no other file must be looked at before anything is asked
   */
  constructor(
    client: () => CollectorClient | undefined,
    scope: () => Scope,
    onChange: () => void,
    logger: Logger,
    restMs: number,
  ) {
    this.#client = client;
    this.#scope = scope;
    this.#onChange = onChange;
    this.#logger = logger;
    this.#restMs = restMs;
  }

  /** Another number after every change of what `detail` and `callees` answer. */
  get version(): number {
    return this.#version;
  }

  /** Says that a person looks at a file. */
  look(path: string): void {
    const known = this.#files.get(path);
    const isNew = !this.#files.has(path);
    this.#files.delete(path);
    this.#files.set(path, known);
    const [oldest] = this.#files.keys();
    if (this.#files.size > MAX_FILES && oldest !== undefined) {
      this.#files.delete(oldest);
      this.#version++;
    }
    if (!isNew) return;
    this.#stale.add(path);
    // Whoever goes through files wants their numbers; details are much work for the collector, and can wait until they stay.
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.#read(), this.#restMs).unref();
  }

  /** Asks again for everything; the numbers have changed. */
  refresh(): void {
    for (const path of this.#files.keys()) this.#stale.add(path);
    void this.#read();
  }

  /** Forgets everything; another collector or scope is asked. */
  clear(): void {
    clearTimeout(this.#soon);
    this.#reading?.abort();
    this.#reading = undefined;
    for (const path of this.#files.keys()) this.#files.set(path, undefined);
    this.#version++;
  }

  detail(path: string, deployment: Deployment, id: FunctionId): FunctionDetail | undefined {
    return this.#files.get(path)?.details.get(detailKey(deployment, id));
  }

  /** Whom a function calls; undefined when it was not asked. */
  callees(path: string, service: string, id: FunctionId): readonly CalleeFacts[] | undefined {
    return this.#files.get(path)?.callees.get(calleeKey(service, id));
  }

  async #read(): Promise<void> {
    const client = this.#client();
    if (this.#reading || !client) return;
    const reading = new AbortController();
    this.#reading = reading;
    let hasChanged = false;
    try {
      for (const path of [...this.#stale].reverse()) {
        this.#stale.delete(path);
        if (!this.#files.has(path)) continue;
        const found = await readDetails(client, path, this.#scope(), reading.signal);
        if (reading.signal.aborted) return;
        if (!this.#files.has(path)) continue;
        this.#files.set(path, found);
        this.#version++;
        hasChanged = true;
      }
    } catch (error) {
      if (reading.signal.aborted) return;
      // The numbers themselves say when the collector is away; details come with the next reading.
      this.#logger.debug(`details were not read: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
    if (hasChanged) this.#onChange();
    if (this.#stale.size > 0 && hasChanged) void this.#read();
  }
}

/** Undefined when the collector does not know these questions. */
async function readDetails(
  client: CollectorClient,
  path: string,
  scope: Scope,
  signal: AbortSignal,
): Promise<FileDetails | undefined> {
  const answer = await client.getFunction({ filePath: path }, scope, SERIES_POINTS, { signal });
  if (!answer) return undefined;
  const details = new Map(answer.functions.map((own) => [detailKey(own.deployment, own.facts.id), own]));
  const ran = answer.functions.filter(({ facts }) => facts.state === 'ran');
  const roots = new Map(
    ran.map(({ deployment: { service }, filePath, facts: { id } }) => {
      const { name, line, column } = id;
      return [calleeKey(service, id), { service, filePath, name, line, column }];
    }),
  );
  const callees = new Map<string, CalleeFacts[]>();
  if (roots.size > 0) {
    const question = {
      roots: [...roots.values()].slice(0, MAX_ROOTS),
      direction: 'callees',
      depth: 1,
      maxNodes: MAX_NODES,
    } as const;
    const graph = await client.getCallGraph(question, scope, { signal });
    for (const { caller, callee, calls, sampledCalls } of graph?.edges ?? []) {
      const from = graph?.nodes[caller];
      const to = graph?.nodes[callee];
      if (!from || !to) continue;
      const key = calleeKey(from.service, from.id);
      callees.set(key, [...(callees.get(key) ?? []), { callee: to, calls, sampledCalls }]);
    }
  }
  return { details, callees };
}

function detailKey({ service, environment, version, revision }: Deployment, id: FunctionId): string {
  return JSON.stringify([service, environment, version, revision, id.name, id.line, id.column]);
}

function calleeKey(service: string, { name, line, column }: FunctionId): string {
  return JSON.stringify([service, name, line, column]);
}
