import type { ClientRequest, IncomingMessage } from 'node:http';
import { http } from '../runtime/nodeHttp.js';
import { listen, listenLast } from './channels.js';
import { replaceMethod } from './disguise.js';
import { errorCode } from './errorCode.js';
import type { DependencyCall, Outgoing } from './outgoing.js';

const { apply } = Reflect;

/** Requests by node:http and node:https. */
export function observeHttpClient(outgoing: Outgoing): void {
  const calls = new WeakMap<object, DependencyCall>();

  function begin(request: ClientRequest, fn: number): void {
    if (calls.has(request)) return;
    const host = hostOf(request);
    calls.set(request, outgoing.begin('http', host, fn));
    if (request.headersSent) return;
    const sent = request.getHeader('tracestate');
    const { traceParent, traceState } = outgoing.headers(fn, host, request.getHeader('traceparent'), textOf(sent));
    if (traceParent !== undefined) request.setHeader('traceparent', traceParent);
    if (traceState !== textOf(sent)) {
      if (traceState === '') request.removeHeader('tracestate');
      else request.setHeader('tracestate', traceState);
    }
  }

  const created = (message: unknown): void => {
    begin((message as { request: ClientRequest }).request, outgoing.caller(created));
  };
  listenLast('http.client.request.created', created);
  // Before Node 22.12 that channel is not there; then a request is seen when its headers are about to be made.
  replaceMethod(http.ClientRequest.prototype, '_implicitHeader', (original) => {
    const implicitHeader = (self: unknown, args: unknown[]): unknown => {
      try {
        if (!calls.has(self as ClientRequest)) begin(self as ClientRequest, outgoing.caller(implicitHeader));
      } catch {
        // As in listen().
      }
      return apply(original, self, args);
    };
    return implicitHeader;
  });
  listen('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    calls.get(request)?.end(statusError(response.statusCode));
  });
  listen('http.client.request.error', (message) => {
    const { request, error } = message as { request: ClientRequest; error: unknown };
    calls.get(request)?.end(errorCode(error));
  });
}

/** `host:port`. */
function hostOf(request: ClientRequest): string {
  const header = request.getHeader('host');
  const host = typeof header === 'string' && header !== '' ? header : request.host;
  return withPort(host, request.protocol);
}

export function withPort(host: string, protocol: string): string {
  if (/:\d+$/.test(host)) return host;
  return `${host}:${protocol.startsWith('https') ? 443 : 80}`;
}

function textOf(header: unknown): string {
  return Array.isArray(header) ? header.join(',') : typeof header === 'string' ? header : '';
}

/** What counts as failed, from the side of the one who asked. */
export function statusError(status: number | undefined): string | undefined {
  return status !== undefined && status >= 400 ? String(status) : undefined;
}
