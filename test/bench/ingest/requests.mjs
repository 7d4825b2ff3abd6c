// The requests that the ingest bench sends: spans as auto-instrumented services export them, and what a sensor reports. Each is
// encoded once; before it is sent again, its ids and times are written over, so that nothing looks like a duplicate.
import { randomFillSync } from 'node:crypto';

const SPANS_PER_TRACE = 8;
const ROUTES = ['/cart', '/cart/:id', '/checkout', '/orders', '/orders/:id', '/products/:id', '/search', '/users/:id'];
/** Marks that are searched for in the encoded bytes. */
const MARK_TRACE = 0xa5;
const MARK_TIME = 0x0123456789abcdefn;

/** Protobuf by hand: a few fields are all it takes. */
function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
const tagged = (field, type, bytes) => Buffer.concat([varint((field << 3) | type), bytes]);
const nested = (field, ...parts) => {
  const body = Buffer.concat(parts);
  return tagged(field, 2, Buffer.concat([varint(body.length), body]));
};
const text = (field, value) => nested(field, Buffer.from(value));
const number = (field, value) => tagged(field, 0, varint(value));
function fixed64(field, value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return tagged(field, 1, bytes);
}
function double(field, value) {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return tagged(field, 1, bytes);
}
const attribute = (field, key, value) =>
  nested(field, text(1, key), nested(2, typeof value === 'string' ? text(1, value) : number(3, value)));
const attributes = (field, values) => Object.entries(values).map(([key, value]) => attribute(field, key, value));

const resource = (service, instance) =>
  nested(
    1,
    ...attributes(1, {
      'service.name': service,
      'service.version': '1.4.2',
      'service.instance.id': instance,
      'deployment.environment.name': 'production',
      'process.pid': 4711,
      'host.name': 'node-17.cluster.internal',
      'process.runtime.name': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': '2.1.0',
    }),
  );

function span(trace, index, parent, { name, kind, values, failed }) {
  const id = Buffer.alloc(8, MARK_TRACE);
  id.writeUInt16BE(trace, 4);
  id.writeUInt16BE(index + 1, 6);
  const parentId = Buffer.from(id);
  parentId.writeUInt16BE(parent + 1, 6);
  const traceId = Buffer.alloc(16, MARK_TRACE);
  traceId.writeUInt16BE(trace, 14);
  return nested(
    2,
    nested(1, traceId),
    nested(2, id),
    ...(parent >= 0 ? [nested(4, parentId)] : []),
    text(5, name),
    number(6, kind),
    fixed64(7, MARK_TIME),
    fixed64(8, MARK_TIME),
    ...attributes(9, values),
    ...(failed
      ? [
          nested(
            11,
            text(2, 'exception'),
            ...attributes(3, { 'exception.type': 'TypeError', 'exception.message': 'x is not a function' }),
          ),
        ]
      : []),
    nested(15, ...(failed ? [number(3, 2)] : [])),
  );
}

const code = (i, line) => ({
  'code.function.name': `Service${i % 10}.step${i}`,
  'code.file.path': `/srv/app/src/modules/module${i % 20}.ts`,
  'code.line.number': line,
  'thread.id': 1,
  'app.tenant': `tenant-${i % 50}`,
});

/** One trace of a service: an entry, functions below it, a query and an outgoing call. */
function traceSpans(trace, random) {
  const route = ROUTES[trace % ROUTES.length];
  const pick = () => Math.floor(random() * 200);
  const server = {
    name: `GET ${route}`,
    kind: 2,
    values: {
      'http.request.method': 'GET',
      'http.route': route,
      'http.response.status_code': 200,
      'url.path': route.replace(':id', '81'),
      'url.scheme': 'https',
      'server.address': 'shop.example.com',
      'client.address': '10.1.2.3',
      'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
      'network.protocol.version': '1.1',
    },
  };
  const internal = (failed) => {
    const i = pick();
    return {
      name: `Service${i % 10}.step${i}`,
      kind: 1,
      values: { ...code(i, 10 + i), 'app.items': 3, 'app.cached': 'no' },
      failed,
    };
  };
  const query = {
    name: 'SELECT orders',
    kind: 3,
    values: {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'orders',
      'db.query.text': 'SELECT * FROM orders WHERE customer_id = $1 AND state = $2 ORDER BY created_at DESC LIMIT 50',
      'server.address': 'db.internal',
      'server.port': 5432,
    },
  };
  const outgoing = {
    name: 'GET',
    kind: 3,
    values: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': 'prices.internal',
      'server.port': 8080,
      'url.full': 'http://prices.internal:8080/prices/81?currency=eur',
    },
  };
  const all = [
    server,
    internal(false),
    internal(false),
    internal(trace % 50 === 0),
    query,
    internal(false),
    outgoing,
    internal(false),
  ];
  const parents = [-1, 0, 1, 2, 3, 2, 5, 1];
  // Children end, and so are exported, before their parents.
  return all.map((it, i) => span(trace, i, parents[i], it)).reverse();
}

/** An encoded request and where in it ids and times stand. */
class Template {
  /** @param isOneInterval everything began at one time, as what a sensor reports does */
  constructor(bytes, items, isOneInterval = false) {
    this.bytes = bytes;
    this.items = items;
    this.isOneInterval = isOneInterval;
    this.traces = [];
    this.times = [];
    const mark = Buffer.alloc(4, MARK_TRACE);
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
      // The first of a run: ids are 8 or 16 bytes, of which the first 4 or 12 are marks.
      this.traces.push(at);
      while (bytes[at + 4] === MARK_TRACE) at++;
    }
    const time = Buffer.alloc(8);
    time.writeBigUInt64LE(MARK_TIME);
    for (let at = bytes.indexOf(time); at >= 0; at = bytes.indexOf(time, at + 8)) this.times.push(at);
  }

  /** The request as one that was never sent before: `turn` tells its ids apart, and what it tells ended now. */
  fresh(turn) {
    const bytes = Buffer.from(this.bytes);
    for (const at of this.traces) bytes.writeUInt32LE(turn, at);
    const end = BigInt(Date.now()) * 1_000_000n;
    this.times.forEach((at, i) =>
      bytes.writeBigUInt64LE(i % 2 === 0 ? end - BigInt(this.isOneInterval ? 40 : (i % 97) + 1) * 250_000n : end, at),
    );
    return bytes;
  }
}

/** Small and repeatable: the same requests at every run. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** Requests of 512 spans, as SDKs send them by default, of four services. */
export function spanTemplates() {
  const random = seeded(7);
  return ['cart', 'orders', 'search', 'users'].map((service) => {
    const traces = Array.from({ length: 512 / SPANS_PER_TRACE }, (_, trace) => traceSpans(trace, random)).flat();
    return new Template(
      nested(1, resource(service, `${service}-1`), nested(2, nested(1, text(1, 'bench')), ...traces)),
      512,
    );
  });
}

/** What a sensor reports of 500 functions at one time: calls, durations and callers. */
export function pointTemplates() {
  const functions = 500;
  const times = [fixed64(2, MARK_TIME), fixed64(3, MARK_TIME)];
  const about = (i) => ({
    'code.function.name': `Class${i % 30}.method${i}`,
    'code.file.path': `src/modules/module${i % 40}.ts`,
    'code.line.number': 5 + i,
    'code.column.number': 3,
  });
  const range = Array.from({ length: functions }, (_, i) => i);
  const sum = (name, values) =>
    nested(
      2,
      text(1, name),
      nested(
        7,
        ...range.map((i) =>
          nested(1, ...attributes(7, values(i)), ...times, tagged(6, 1, Buffer.from([60, 0, 0, 0, 0, 0, 0, 0]))),
        ),
        number(2, 1),
        number(3, 1),
      ),
    );
  const durations = nested(
    2,
    text(1, 'hindcast.function.duration'),
    nested(
      10,
      ...range.map((i) =>
        nested(
          1,
          ...attributes(1, about(i)),
          ...times,
          tagged(4, 1, Buffer.from([60, 0, 0, 0, 0, 0, 0, 0])),
          double(5, 0.6),
          number(6, 8),
          nested(8, number(1, 213), nested(2, Buffer.from([2, 5, 10, 14, 12, 9, 5, 3]))),
        ),
      ),
      number(2, 1),
    ),
  );
  const caller = (i) => ({
    ...about(i),
    'hindcast.caller.function.name': `Class${(i + 1) % 30}.method${(i + 7) % functions}`,
    'hindcast.caller.file.path': `src/modules/module${(i + 7) % 40}.ts`,
    'hindcast.caller.line.number': 5 + ((i + 7) % functions),
    'hindcast.caller.column.number': 3,
  });
  const bytes = nested(
    1,
    resource('cart', 'cart-1'),
    nested(
      2,
      sum('hindcast.function.calls', about),
      durations,
      sum('hindcast.edge.calls', caller),
      sum('hindcast.edge.samples', caller),
    ),
  );
  return [new Template(bytes, 4 * functions, true)];
}

/** Makes a run of the bench its own: no id of an earlier one comes again. */
export function firstTurn() {
  return randomFillSync(Buffer.alloc(4)).readUInt32LE() & 0x7fff0000;
}
