import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpanStatusCode, trace } from '@opentelemetry/api';

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));
const tracer = trace.getTracer('payments');

/**
 * The same async function with a span around every call. The span says where the function stands in the source, so write
 * `traced(` on the line of the function's name.
 */
export function traced(fn) {
  const attributes = { 'code.function.name': fn.name, ...callSite(new Error().stack) };
  return (...args) =>
    tracer.startActiveSpan(fn.name, { attributes }, async (span) => {
      try {
        return await fn(...args);
      } catch (error) {
        span.recordException(error);
        span.setAttribute('error.type', error.name);
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
}

/** Where the caller of `traced` stands: the second frame of the stack. */
function callSite(stack) {
  const [, url, line] = /(file:\/\/.+?):(\d+):\d+/.exec(stack.split('\n')[2]);
  return { 'code.file.path': relative(repositoryRoot, fileURLToPath(url)), 'code.line.number': Number(line) };
}
