// Sends requests as fast as they are acknowledged, over gRPC or HTTP, a few at a time.
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Client, credentials } = require('@grpc/grpc-js');

const IN_FLIGHT = 48;
const CALL_DEADLINE_MS = 30_000;
const SERVICE = { traces: 'trace.v1.TraceService', metrics: 'metrics.v1.MetricsService' };

/** A sender: `send(signal, bytes)` resolves when the server has acknowledged. */
export function grpcSender(address) {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const send = (signal, bytes) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        `/opentelemetry.proto.collector.${SERVICE[signal]}/Export`,
        (it) => it,
        (it) => it,
        bytes,
        { deadline: Date.now() + CALL_DEADLINE_MS },
        (error, response) => (error ? reject(error) : resolve(response)),
      );
    });
  return { send, close: () => client.close() };
}

export function httpSender(address) {
  const [host, port] = address.split(':');
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const send = (signal, bytes) =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host,
          port,
          agent,
          method: 'POST',
          path: `/v1/${signal}`,
          timeout: CALL_DEADLINE_MS,
          headers: { 'content-type': 'application/x-protobuf', 'content-length': bytes.length },
        },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () =>
            response.statusCode === 200
              ? resolve(Buffer.concat(chunks))
              : reject(new Error(`HTTP ${response.statusCode}`)),
          );
        },
      );
      sent.on('error', reject);
      sent.end(bytes);
    });
  return { send, close: () => agent.destroy() };
}

/**
 * Sends for so long; resolves with how many items were acknowledged. An answer that says that something was not taken ends the
 * run: what is not counted must not be measured.
 */
export async function drive({ send }, signal, templates, turns, forMs) {
  const until = Date.now() + forMs;
  let items = 0;
  const worker = async () => {
    while (Date.now() < until) {
      const turn = turns.next++;
      const template = templates[turn % templates.length];
      const response = await send(signal, template.fresh(turn));
      if (response.length > 0 && response[0] === 0x0a && response[1] > 0) {
        throw new Error(`Not everything was taken: ${response.subarray(2).toString('latin1')}`);
      }
      items += template.items;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return items;
}
