import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { hindcast } from './generated/query.js';

import v1 = hindcast.v1;

/** What a generated message class offers; both directions of a method need one. */
interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

function method<Request, Response>(
  name: string,
  request: Codec<Request>,
  response: Codec<Response>,
  responseStream = false,
): MethodDefinition<Request, Response> {
  return {
    path: `/hindcast.v1.QueryService/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: (message) => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (message) => Buffer.from(response.encode(message).finish()),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}

/** `hindcast.v1.QueryService` for `@grpc/grpc-js`: pass it to `Server.addService` or `makeClientConstructor`. */
export const queryServiceDefinition = {
  getOverlay: method('GetOverlay', v1.GetOverlayRequest, v1.GetOverlayResponse),
  watch: method('Watch', v1.WatchRequest, v1.WatchResponse, true),
  listServices: method('ListServices', v1.ListServicesRequest, v1.ListServicesResponse),
  listEntryPoints: method('ListEntryPoints', v1.ListEntryPointsRequest, v1.ListEntryPointsResponse),
  getFunction: method('GetFunction', v1.GetFunctionRequest, v1.GetFunctionResponse),
  searchFunctions: method('SearchFunctions', v1.SearchFunctionsRequest, v1.SearchFunctionsResponse),
  getCallGraph: method('GetCallGraph', v1.GetCallGraphRequest, v1.GetCallGraphResponse),
  getCriticalPath: method('GetCriticalPath', v1.GetCriticalPathRequest, v1.GetCriticalPathResponse),
  listExemplars: method('ListExemplars', v1.ListExemplarsRequest, v1.ListExemplarsResponse),
  listVersions: method('ListVersions', v1.ListVersionsRequest, v1.ListVersionsResponse),
  getCoverage: method('GetCoverage', v1.GetCoverageRequest, v1.GetCoverageResponse),
  getServiceMap: method('GetServiceMap', v1.GetServiceMapRequest, v1.GetServiceMapResponse),
  listFindings: method('ListFindings', v1.ListFindingsRequest, v1.ListFindingsResponse),
  getVersionMinutes: method('GetVersionMinutes', v1.GetVersionMinutesRequest, v1.GetVersionMinutesResponse),
  getStatus: method('GetStatus', v1.GetStatusRequest, v1.GetStatusResponse),
} satisfies ServiceDefinition;
