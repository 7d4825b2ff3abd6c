import {
  status,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
  type sendUnaryData,
} from '@grpc/grpc-js';

// The standard health check, by hand: three small messages, of which requests hold one string and answers one number.
// Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md

export const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
/** An encoded HealthCheckResponse: status = 1. */
export const SERVING = Buffer.from([0x08, 0x01]);
const NOT_SERVING = Buffer.from([0x08, 0x02]);
const SERVICE_UNKNOWN = Buffer.from([0x08, 0x03]);
/** Whose health can be asked for by name; the empty name is the whole server. */
const KNOWN: ReadonlySet<string> = new Set(['', 'hindcast.v1.QueryService']);
const MAX_WATCHERS = 100;

const passed = (bytes: Buffer): Buffer => bytes;
const method = (path: string, responseStream: boolean) => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: passed,
  requestDeserialize: passed,
  responseSerialize: passed,
  responseDeserialize: passed,
});

export const healthDefinition: ServiceDefinition = {
  check: method(HEALTH_CHECK, false),
  watch: method('/grpc.health.v1.Health/Watch', true),
};

/** Serving until it is stopped. */
export class Health {
  private isServing = true;
  private readonly watchers = new Set<ServerWritableStream<Buffer, Buffer>>();

  readonly implementation: UntypedServiceImplementation = {
    check: ({ request }: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
      if (KNOWN.has(serviceName(request))) callback(null, this.isServing ? SERVING : NOT_SERVING);
      else callback({ code: status.NOT_FOUND, details: 'There is no such service here.' });
    },
    watch: (call: ServerWritableStream<Buffer, Buffer>) => {
      if (this.watchers.size >= MAX_WATCHERS) {
        call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: `At most ${MAX_WATCHERS} watchers at a time.` });
        return;
      }
      this.watchers.add(call);
      call.on('cancelled', () => this.watchers.delete(call));
      call.write(!KNOWN.has(serviceName(call.request)) ? SERVICE_UNKNOWN : this.isServing ? SERVING : NOT_SERVING);
    },
  };

  /** Tells everybody who watches that the server ends. */
  stop(): void {
    this.isServing = false;
    for (const watcher of this.watchers) {
      watcher.write(NOT_SERVING);
      watcher.end();
    }
    this.watchers.clear();
  }
}

/** Of an encoded HealthCheckRequest: service = 1, short enough for a length of one byte. */
function serviceName(request: Buffer): string {
  return request[0] === 0x0a ? request.toString('utf8', 2, 2 + (request[1] ?? 0)) : '';
}
