import { replaceMethod } from './disguise.js';
import { grpcErrorType } from './grpcServer.js';
import type { DependencyCall, Outgoing } from './outgoing.js';

const { apply } = Reflect;

interface Metadata {
  get(name: string): readonly unknown[];
  set(name: string, value: string): void;
  remove(name: string): void;
  clone(): Metadata;
}

interface Client {
  getChannel(): { getTarget(): string };
}

interface ClientCall {
  emit?: (...args: unknown[]) => unknown;
}

/** Methods that start a call, and where its metadata may stand among their arguments. */
const METHODS = {
  makeUnaryRequest: { metadataAt: 4, hasCallback: true },
  makeClientStreamRequest: { metadataAt: 3, hasCallback: true },
  makeServerStreamRequest: { metadataAt: 4, hasCallback: false },
  makeBidiStreamRequest: { metadataAt: 3, hasCallback: false },
} as const;

/** `@grpc/grpc-js/build/src/client.js`: every generated or dynamic client makes its calls by these four methods. */
export function patchGrpcClient(Client: unknown, MetadataClass: unknown, outgoing: Outgoing): void {
  if (typeof Client !== 'function' || typeof MetadataClass !== 'function') return;
  const NewMetadata = MetadataClass as new () => Metadata;
  for (const [method, shape] of Object.entries(METHODS)) {
    replaceMethod(Client.prototype as object, method, (original) => {
      const make = (self: unknown, args: unknown[]): unknown => {
        let call: DependencyCall;
        let given = args;
        try {
          const target = targetOf(self as Client);
          const fn = outgoing.caller(make);
          call = outgoing.begin('rpc', target, fn);
          given = withMetadata(args, shape.metadataAt, NewMetadata, (metadata) => {
            const parent = metadata.get('traceparent')[0];
            const sent = metadata.get('tracestate').join(',');
            const { traceParent, traceState } = outgoing.headers(fn, target, parent, sent);
            if (traceParent !== undefined) metadata.set('traceparent', traceParent);
            if (traceState !== '') metadata.set('tracestate', traceState);
            else if (sent !== '') metadata.remove('tracestate');
          });
          if (shape.hasCallback) given = withCallback(given, call);
        } catch {
          return apply(original, self, args);
        }
        const started = apply(original, self, given);
        if (!shape.hasCallback) observeStatus(started as ClientCall, call);
        return started;
      };
      return make;
    });
  }
}

/** `host:port` of a target like `dns:///orders:50051`. */
function targetOf(client: Client): string {
  return client
    .getChannel()
    .getTarget()
    .replace(/^[\w+]+:(?:\/\/[^/]*\/)?(?!\d+$)/, '');
}

/** The metadata that a caller gave stays as it is. */
function withMetadata(
  args: readonly unknown[],
  at: number,
  NewMetadata: new () => Metadata,
  fill: (metadata: Metadata) => void,
): unknown[] {
  const given = args[at];
  const isMetadata = given instanceof NewMetadata;
  const metadata = isMetadata ? given.clone() : new NewMetadata();
  fill(metadata);
  // Null or undefined in its place stands for none.
  const rest = args.slice(isMetadata || (given == null && args.length > at) ? at + 1 : at);
  return [...args.slice(0, at), metadata, ...rest];
}

function withCallback(args: readonly unknown[], call: DependencyCall): unknown[] {
  const at = args.findLastIndex((argument) => typeof argument === 'function');
  const callback = args[at];
  if (typeof callback !== 'function') return [...args];
  return args.with(at, function (this: unknown, ...results: unknown[]): unknown {
    call.end(results[0] == null ? undefined : grpcErrorType(results[0]));
    return apply(callback, this, results) as unknown;
  });
}

function observeStatus(started: ClientCall, call: DependencyCall): void {
  const { emit } = started;
  if (typeof emit !== 'function') return;
  Object.defineProperty(started, 'emit', {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function (this: unknown, ...args: unknown[]): unknown {
      if (args[0] === 'status') {
        const status = args[1] as { code?: unknown } | undefined;
        call.end(status?.code === 0 ? undefined : grpcErrorType(status));
      }
      return apply(emit, this, args);
    },
  });
}
