import { status, type ServerUnaryCall, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js';
import type { Logger } from '@hindcast/core/logger';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { queryServiceDefinition } from '@hindcast/proto/queryService';
import { listenGrpc } from '../grpcServer.js';
import type { ListenOptions } from '../listen.js';
import type { ReceiverCounters } from '../receivers/receiverCounters.js';
import type { Store } from '../store/store.js';
import { COLLECTOR_VERSION } from '../version.js';
import type { Changes } from './changes.js';
import { getCallGraph } from './callGraph.js';
import { getCoverage } from './coverage.js';
import { getCriticalPath } from './criticalPath.js';
import { listEntryPoints } from './entryPoints.js';
import { listExemplars } from './exemplars.js';
import { FindingsAnswers } from './findings.js';
import { getFunction } from './functionDetail.js';
import { dropMessages, timestamp } from './messages.js';
import { overlay } from './overlay.js';
import { AbandonedError, question, type Question } from './question.js';
import { RequestError } from './requestError.js';
import { searchFunctions } from './searchFunctions.js';
import { getServiceMap } from './serviceMap.js';
import { listServices } from './services.js';
import { getVersionMinutes } from './versionMinutes.js';
import { listVersions } from './versions.js';
import { watch } from './watch.js';

import v1 = hindcast.v1;

const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
const MAX_WATCHES = 200;

/** What the query service answers from. */
export interface QuerySources {
  readonly store: Store;
  readonly changes: Changes;
  readonly receivers: () => readonly ReceiverCounters[];
  readonly startedMs: number;
  readonly nowMs: () => number;
  /** Who may ask, and where refusals are counted. */
  readonly access: Omit<ListenOptions, 'flag'>;
}

export interface QueryService {
  readonly address: string;
  /** Ends watches, stops accepting, waits for calls in flight at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Starts hindcast.v1.QueryService. @throws CollectorError */
export async function startQueryService(address: string, sources: QuerySources, logger: Logger): Promise<QueryService> {
  const watches = new Set<() => void>();
  const options = {
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
    'grpc.max_send_message_length': MAX_RESPONSE_BYTES,
  };
  const { store, nowMs } = sources;
  const answered = <Request, Response>(answer: (request: Request, asked: Question) => Promise<Response>) =>
    unary(logger, (request: Request, isAbandoned) => answer(request, question(store, nowMs(), isAbandoned)));
  const findings = new FindingsAnswers(() => sources.changes.generation);
  const listFindings = (request: v1.ListFindingsRequest, asked: Question) => findings.list(request, asked);
  const listening = await listenGrpc(address, { flag: '--query', ...sources.access }, options, (server) =>
    server.addService(queryServiceDefinition, {
      getOverlay: answered(overlay),
      listServices: answered(listServices),
      listEntryPoints: answered(listEntryPoints),
      getFunction: answered(getFunction),
      searchFunctions: answered(searchFunctions),
      getCallGraph: answered(getCallGraph),
      getCriticalPath: answered(getCriticalPath),
      listExemplars: answered(listExemplars),
      listVersions: answered(listVersions),
      getCoverage: answered(getCoverage),
      getServiceMap: answered(getServiceMap),
      listFindings: answered(listFindings),
      getVersionMinutes: answered(getVersionMinutes),
      getStatus: answered(() => collectorStatus(sources)),
      watch: (call: ServerWritableStream<v1.WatchRequest, v1.WatchResponse.$Properties>) => {
        if (watches.size >= MAX_WATCHES) {
          call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: `At most ${MAX_WATCHES} watches at a time.` });
          return;
        }
        const end = watch(call, sources.changes);
        watches.add(end);
        call.on('cancelled', () => watches.delete(end));
      },
    }),
  );
  return {
    address: listening.address,
    close: async (graceMs) => {
      for (const end of watches) end();
      watches.clear();
      await listening.close(graceMs);
    },
  };
}

function unary<Request, Response>(
  logger: Logger,
  answer: (request: Request, isAbandoned: () => boolean) => Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  return (call, callback) => {
    // A caller that has gone, or whose deadline has passed in the queue, is not worked for.
    const deadline = call.getDeadline();
    const deadlineMs = deadline instanceof Date ? deadline.getTime() : deadline;
    const isAbandoned = (): boolean => call.cancelled || Date.now() > deadlineMs;
    if (isAbandoned()) return;
    answer(call.request, isAbandoned).then(
      (response) => callback(null, response),
      (error: unknown) => {
        if (error instanceof AbandonedError) return;
        if (error instanceof RequestError) {
          callback({ code: status.INVALID_ARGUMENT, details: error.message });
          return;
        }
        logger.error('a query failed', error);
        callback({ code: status.INTERNAL, details: 'The collector failed to answer; its log says why.' });
      },
    );
  };
}

async function collectorStatus({
  store,
  receivers,
  startedMs,
}: QuerySources): Promise<v1.GetStatusResponse.$Properties> {
  const { path, sizeBytes, problem, dropped, oldestMs } = await store.status();
  return {
    version: COLLECTOR_VERSION,
    startedAt: timestamp(startedMs),
    receivers: receivers().map((it) => ({
      name: it.name,
      address: it.address,
      acceptedRequests: it.acceptedRequests,
      acceptedPoints: it.acceptedPoints,
      acceptedSpans: it.acceptedSpans,
      acceptedEvents: it.acceptedEvents,
      refused: dropMessages(it.refused),
    })),
    store: {
      kind: store.kind,
      path,
      sizeBytes,
      problem,
      dropped: dropMessages(dropped ?? new Map()),
      oldest: oldestMs === undefined ? null : timestamp(oldestMs),
    },
  };
}
