import { hindcast } from '@hindcast/proto/generated/query.js';
import { queryServiceDefinition as methods } from '@hindcast/proto/queryService';
import { callGraph, serviceMap, type CallGraph, type ServiceMap } from './callGraph.js';
import { CollectorChannel, type CollectorAccess, type CollectorMethod } from './collectorChannel.js';
import { CollectorClientError } from './collectorClientError.js';
import { coverage, type Coverage } from './coverage.js';
import { criticalPath, exemplar, type CriticalPath, type Exemplar } from './criticalPath.js';
import { collectorStatus, deployedFile, entryPointFacts, milliseconds, serviceSummary } from './decodeFacts.js';
import type {
  CollectorStatus,
  DeployedFile,
  EntryPointFacts,
  EntryPointId,
  FunctionReference,
  ServiceSummary,
} from './facts.js';
import { findingKindNumber, findings, type FindingKind, type Findings } from './findings.js';
import { foundFunctions, functionDetails, type FoundFunctions, type FunctionDetails } from './functionDetail.js';
import { scopeMessage, type Scope } from './scope.js';
import {
  versionsMinutes,
  type VersionMinutesQuestion,
  type VersionReference,
  type VersionsMinutes,
} from './versionMinutes.js';
import { versionFacts, type VersionFacts } from './versions.js';

export type { Scope } from './scope.js';

import v1 = hindcast.v1;

const CALL_DEADLINE_MS = 5000;

/** Files in one request, as the protocol allows. */
export const MAX_FILES_PER_REQUEST = 500;

/** A file as the asking side knows it. */
export interface FileReference {
  readonly path: string;
  readonly contentHash: string;
}

/** How one question is asked. */
export interface AskOptions {
  /** Gives the question up; it then rejects with the kind `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; 5 s when absent. */
  readonly deadlineMs?: number | undefined;
}

/** A page of a long answer: what the answer before named, and how many at most. */
export interface Page {
  readonly size?: number | undefined;
  readonly token?: string | undefined;
}

/** How a search orders what it finds. */
export type Ranking = 'hot' | 'slow' | 'time' | 'failing' | 'never_ran';

const rankings: Readonly<Record<Ranking, v1.Ranking>> = {
  hot: v1.Ranking.RANKING_HOT,
  slow: v1.Ranking.RANKING_SLOW,
  time: v1.Ranking.RANKING_TIME,
  failing: v1.Ranking.RANKING_FAILING,
  never_ran: v1.Ranking.RANKING_NEVER_RAN,
};

export interface FunctionSearch {
  readonly ranking: Ranking;
  /** Words that must all occur in service, path or name. */
  readonly text?: string | undefined;
  readonly pathPrefix?: string | undefined;
  readonly entryPoint?: EntryPointId | undefined;
  readonly minimumCalls?: number | undefined;
  readonly page?: Page | undefined;
}

export interface GraphQuestion {
  /** Empty: the functions with most calls. */
  readonly roots: readonly FunctionReference[];
  readonly direction: 'callers' | 'callees' | 'both';
  /** Edges away from a root; 3 when absent. */
  readonly depth?: number | undefined;
  /** 200 when absent. */
  readonly maxNodes?: number | undefined;
}

const directions: Readonly<Record<GraphQuestion['direction'], v1.Direction>> = {
  callers: v1.Direction.DIRECTION_CALLERS,
  callees: v1.Direction.DIRECTION_CALLEES,
  both: v1.Direction.DIRECTION_BOTH,
};

export interface FindingQuestion {
  /** All when absent. */
  readonly kinds?: readonly FindingKind[] | undefined;
  readonly function?: FunctionReference | undefined;
  readonly includeGone?: boolean | undefined;
}

/** What a collector says of the overlay, and when it said so. */
export interface Overlay {
  /** The deployments of each file, in the order asked. */
  readonly files: readonly (readonly DeployedFile[])[];
  /** By the collector's clock, milliseconds since 1970. */
  readonly computedAtMs: number | undefined;
}

/**
 * Asks one collector over `hindcast.v1`. Every call has a deadline and rejects with CollectorClientError; none retries by
 * itself. Questions that older collectors do not know are answered with undefined.
 */
export class CollectorClient {
  readonly address: string;
  readonly #channel: CollectorChannel;

  /**
   * @param address `HOST:PORT` of the query service. Connects at the first call.
   * @throws Error when a PEM text of the access cannot be read
   */
  constructor(address: string, access: CollectorAccess = {}) {
    this.address = address;
    this.#channel = new CollectorChannel(address, access);
  }

  /** At most `MAX_FILES_PER_REQUEST` files. */
  async getOverlay(
    files: readonly FileReference[],
    scope: Scope,
    ask?: AskOptions,
  ): Promise<readonly (readonly DeployedFile[])[]> {
    return (await this.readOverlay(files, scope, ask)).files;
  }

  /** The same, with the time at which it was computed. */
  async readOverlay(files: readonly FileReference[], scope: Scope, ask?: AskOptions): Promise<Overlay> {
    const request = new v1.GetOverlayRequest({ files: [...files], scope: scopeMessage(scope) });
    const answer = await this.#call(methods.getOverlay, request, ask);
    return {
      files: files.map((_, index) => (answer.files?.[index]?.deployments ?? []).map(deployedFile)),
      computedAtMs: milliseconds(answer.computedAt),
    };
  }

  async listServices(scope: Scope, ask?: AskOptions): Promise<readonly ServiceSummary[]> {
    const request = new v1.ListServicesRequest({ scope: scopeMessage(scope) });
    const answer = await this.#call(methods.listServices, request, ask);
    return (answer.services ?? []).map(serviceSummary);
  }

  /** Every entry point called within the window. */
  async listEntryPoints(scope: Scope, ask?: AskOptions): Promise<readonly EntryPointFacts[] | undefined> {
    const request = new v1.ListEntryPointsRequest({ scope: scopeMessage(scope) });
    const answer = await this.#newer(methods.listEntryPoints, request, ask);
    return answer && (answer.entryPoints ?? []).map(entryPointFacts);
  }

  /**
   * Everything known of one function, by deployment; a name or a file is needed.
   * @param seriesPoints how many pieces of time; 60 when absent
   */
  async getFunction(
    reference: FunctionReference,
    scope: Scope,
    seriesPoints?: number,
    ask?: AskOptions,
  ): Promise<FunctionDetails | undefined> {
    const request = new v1.GetFunctionRequest({
      function: { ...reference },
      scope: scopeMessage(scope),
      ...(seriesPoints === undefined ? {} : { seriesPoints }),
    });
    const answer = await this.#newer(methods.getFunction, request, ask);
    return answer && functionDetails(answer);
  }

  /** Functions by what they do, a page at a time. */
  async searchFunctions(search: FunctionSearch, scope: Scope, ask?: AskOptions): Promise<FoundFunctions | undefined> {
    const request = new v1.SearchFunctionsRequest({
      scope: scopeMessage(scope),
      ranking: rankings[search.ranking],
      text: search.text ?? '',
      pathPrefix: search.pathPrefix ?? '',
      entryPoint: search.entryPoint ?? null,
      minimumCalls: search.minimumCalls ?? 0,
      pageSize: search.page?.size ?? 0,
      pageToken: search.page?.token ?? '',
    });
    const answer = await this.#newer(methods.searchFunctions, request, ask);
    return answer && foundFunctions(answer);
  }

  /** Who calls whom around some functions, across services. */
  async getCallGraph(question: GraphQuestion, scope: Scope, ask?: AskOptions): Promise<CallGraph | undefined> {
    const request = new v1.GetCallGraphRequest({
      roots: question.roots.map((root) => ({ ...root })),
      direction: directions[question.direction],
      depth: question.depth ?? 0,
      maxNodes: question.maxNodes ?? 0,
      scope: scopeMessage(scope),
    });
    const answer = await this.#newer(methods.getCallGraph, request, ask);
    return answer && callGraph(answer);
  }

  /** What an entry point's time goes to; every entry point of the service when none is named. The scope names a service. */
  async getCriticalPath(
    entryPoint: EntryPointId | undefined,
    scope: Scope & { readonly service: string },
    ask?: AskOptions,
  ): Promise<readonly CriticalPath[] | undefined> {
    const request = new v1.GetCriticalPathRequest({ scope: scopeMessage(scope), entryPoint: entryPoint ?? null });
    const answer = await this.#newer(methods.getCriticalPath, request, ask);
    return answer && (answer.paths ?? []).map(criticalPath);
  }

  /** Single calls through entry points, slowest first. */
  async listExemplars(
    which: {
      readonly entryPoint?: EntryPointId | undefined;
      readonly function?: FunctionReference | undefined;
      readonly limit?: number | undefined;
    },
    scope: Scope,
    ask?: AskOptions,
  ): Promise<readonly Exemplar[] | undefined> {
    const request = new v1.ListExemplarsRequest({
      scope: scopeMessage(scope),
      entryPoint: which.entryPoint ?? null,
      function: which.function ? { ...which.function } : null,
      limit: which.limit ?? 0,
    });
    const answer = await this.#newer(methods.listExemplars, request, ask);
    return answer && (answer.exemplars ?? []).map(exemplar);
  }

  /** By service and environment, then newest first. */
  async listVersions(scope: Scope, ask?: AskOptions): Promise<readonly VersionFacts[] | undefined> {
    const request = new v1.ListVersionsRequest({ scope: scopeMessage(scope) });
    const answer = await this.#newer(methods.listVersions, request, ask);
    return answer && (answer.versions ?? []).map(versionFacts);
  }

  /** How many functions ran, never ran, are not observed; file by file. */
  async getCoverage(
    pathPrefix: string,
    scope: Scope,
    page: Page = {},
    ask?: AskOptions,
  ): Promise<Coverage | undefined> {
    const request = new v1.GetCoverageRequest({
      scope: scopeMessage(scope),
      pathPrefix,
      pageSize: page.size ?? 0,
      pageToken: page.token ?? '',
    });
    const answer = await this.#newer(methods.getCoverage, request, ask);
    return answer && coverage(answer);
  }

  /** Services and what they call. */
  async getServiceMap(scope: Scope, ask?: AskOptions): Promise<ServiceMap | undefined> {
    const request = new v1.GetServiceMapRequest({ scope: scopeMessage(scope) });
    const answer = await this.#newer(methods.getServiceMap, request, ask);
    return answer && serviceMap(answer);
  }

  /** What got worse or is shaped badly; the scope's window is how far back it may have begun. */
  async listFindings(question: FindingQuestion, scope: Scope, ask?: AskOptions): Promise<Findings | undefined> {
    const request = new v1.ListFindingsRequest({
      scope: scopeMessage(scope),
      kinds: (question.kinds ?? []).flatMap((kind) => findingKindNumber(kind) ?? []),
      function: question.function ? { ...question.function } : null,
      includeGone: question.includeGone ?? false,
    });
    const answer = await this.#newer(methods.listFindings, request, ask);
    return answer && findings(answer);
  }

  /** What a function, an entry point, or what a function calls did minute by minute in some versions. The scope names a service. */
  async getVersionMinutes(
    { candidate, baselines, function: own, callee, ...question }: VersionMinutesQuestion,
    scope: Scope & { readonly service: string },
    ask?: AskOptions,
  ): Promise<VersionsMinutes | undefined> {
    const request = new v1.GetVersionMinutesRequest({
      scope: scopeMessage(scope),
      candidate: candidate ? versionReference(candidate) : null,
      baselines: baselines.map(versionReference),
      function: own ? { ...own } : null,
      callee: callee ? { ...callee } : null,
      entryPoint: question.entryPoint ?? null,
      dependency: question.dependency ?? null,
      maxMinutes: question.maxMinutes ?? 0,
    });
    const answer = await this.#newer(methods.getVersionMinutes, request, ask);
    return answer && versionsMinutes(answer);
  }

  async getStatus(ask?: AskOptions): Promise<CollectorStatus> {
    return collectorStatus(await this.#call(methods.getStatus, new v1.GetStatusRequest(), ask));
  }

  /**
   * Tells when numbers change until the returned function is called or the stream ends.
   * @param onChange called once at once, then at every change
   * @param onEnd called once, when the stream ended for whatever reason but that call
   */
  watch(scope: Scope, onChange: (services: readonly string[]) => void, onEnd: (error: unknown) => void): () => void {
    const request = new v1.WatchRequest({ scope: scopeMessage(scope) });
    return this.#channel.stream(methods.watch, request, ({ services }) => onChange(services ?? []), onEnd);
  }

  close(): void {
    this.#channel.close();
  }

  #call<Request, Response>(
    method: CollectorMethod<Request, Response>,
    request: Request,
    { signal, deadlineMs }: AskOptions = {},
  ): Promise<Response> {
    return this.#channel.call(method, request, deadlineMs ?? CALL_DEADLINE_MS, signal);
  }

  /** For questions that came later: undefined when the collector does not know them. */
  async #newer<Request, Response>(
    method: CollectorMethod<Request, Response>,
    request: Request,
    ask?: AskOptions,
  ): Promise<Response | undefined> {
    try {
      return await this.#call(method, request, ask);
    } catch (error) {
      if (error instanceof CollectorClientError && error.kind === 'unsupported') return undefined;
      throw error;
    }
  }
}

function versionReference({ version = '', revision = '' }: VersionReference): v1.VersionRef.$Properties {
  return { version, revision };
}
