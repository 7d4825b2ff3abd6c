import {
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  status,
  type sendUnaryData,
  type ServerInterceptor,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { queryServiceDefinition } from '@hindcast/proto/queryService';

import v1 = hindcast.v1;

/** What the fake collector answers; tests change it while it runs. */
export interface FakeData {
  /** Given a requested path, the deployments that have it. */
  overlay: (file: v1.FileRef.$Properties, scope: v1.Scope.$Properties) => v1.DeployedFile.$Properties[];
  services: v1.ServiceSummary.$Properties[];
  status: v1.GetStatusResponse.$Properties;
}

export interface FakeCollector {
  readonly address: string;
  readonly data: FakeData;
  /** Requests for files so far. */
  readonly overlayRequests: number;
  /** Tells all watchers that the numbers of these services changed. */
  changed(services: string[]): void;
  close(): Promise<void>;
}

/** How it is reached, and what it answers besides the overlay. */
export interface FakeOptions {
  /** Not secured when absent. */
  readonly credentials?: ServerCredentials;
  /** Calls without `authorization: Bearer TOKEN` are refused. */
  readonly token?: string;
  /** Further handlers by name of the rpc; all others are not implemented. */
  readonly more?: UntypedServiceImplementation;
}

/** A query service on a real socket that answers from what a test puts into it; for what a real collector cannot be made to say. */
export async function startFakeCollector(
  data: Partial<FakeData> = {},
  address = '127.0.0.1:0',
  { credentials = ServerCredentials.createInsecure(), token, more = {} }: FakeOptions = {},
): Promise<FakeCollector> {
  const state: FakeData = {
    overlay: () => [],
    services: [],
    status: { version: '0.0.0', receivers: [], store: { kind: 'memory' } },
    ...data,
  };
  const watchers = new Set<ServerWritableStream<v1.WatchRequest, v1.WatchResponse>>();
  let generation = 1;
  let overlayRequests = 0;
  const server = new Server(token === undefined ? {} : { interceptors: [requireToken(token)] });
  server.addService(queryServiceDefinition, {
    getOverlay({ request }: { request: v1.GetOverlayRequest }, reply: sendUnaryData<v1.GetOverlayResponse>) {
      overlayRequests++;
      const files = request.files.map((file) => ({
        path: file.path ?? '',
        deployments: state.overlay(file, request.scope ?? {}),
      }));
      reply(null, new v1.GetOverlayResponse({ files }));
    },
    listServices(_: unknown, reply: sendUnaryData<v1.ListServicesResponse>) {
      reply(null, new v1.ListServicesResponse({ services: state.services }));
    },
    getStatus(_: unknown, reply: sendUnaryData<v1.GetStatusResponse>) {
      reply(null, new v1.GetStatusResponse(state.status));
    },
    watch(call: ServerWritableStream<v1.WatchRequest, v1.WatchResponse>) {
      watchers.add(call);
      call.on('cancelled', () => watchers.delete(call));
      call.write(new v1.WatchResponse({ generation, services: [] }));
    },
    ...more,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    data: state,
    get overlayRequests() {
      return overlayRequests;
    },
    changed(services) {
      generation++;
      for (const watcher of watchers) watcher.write(new v1.WatchResponse({ generation, services }));
    },
    close() {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

function requireToken(token: string): ServerInterceptor {
  return (_, call) =>
    new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, proceed) => {
            if (metadata.get('authorization')[0] === `Bearer ${token}`) proceed(metadata);
            else call.sendStatus({ code: status.UNAUTHENTICATED, details: 'A token that may read is needed.' });
          },
        });
      },
    });
}

const secondsAgo = (seconds: number) => ({ seconds: Math.floor(Date.now() / 1000) - seconds });

/** One deployed function with sensible defaults: called 120 times, 100 timed at about 10 ms. */
export function functionFacts(
  id: v1.FunctionId.$Properties,
  facts: v1.FunctionFacts.$Properties = {},
): v1.FunctionFacts.$Properties {
  return {
    function: id,
    state: v1.FunctionState.FUNCTION_STATE_RAN,
    calls: 120,
    entryCalls: 0,
    duration: { scale: 4, bucketIndexes: [-107], bucketCounts: [100], count: 100, sumSeconds: 1 },
    declaredSince: secondsAgo(7200),
    lastCalled: secondsAgo(10),
    ...facts,
  };
}

/** One deployed file of the service `shop`, observed for an hour on two instances, with sensible defaults. */
export function deployedFile(
  functions: v1.FunctionFacts.$Properties[],
  file: v1.DeployedFile.$Properties = {},
  deployment: v1.Deployment.$Properties = {},
): v1.DeployedFile.$Properties {
  return {
    filePath: 'src/shop.ts',
    functions,
    ...file,
    deployment: {
      service: 'shop',
      environment: 'production',
      version: '1.2.0',
      revision: '0123456789abcdef0123456789abcdef01234567',
      instances: 2,
      firstSeen: secondsAgo(7200),
      lastSeen: secondsAgo(5),
      observed: { seconds: 3600 },
      source: v1.Source.SOURCE_SENSOR,
      ...deployment,
    },
  };
}
