/**
 * Chooses as the OpenTelemetry Collector's load-balancing exporter does with `routing_key: traceID`: the same trace always goes
 * to the same collector, and traces are spread.
 */
export function routedByTrace<T>(collectors: readonly T[]): (trace: number) => T {
  return (trace) => {
    // FNV-1a over the bytes of the id.
    let hash = 0x811c9dc5;
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((trace >>> shift) & 255), 0x01000193);
    const chosen = collectors[(hash >>> 0) % collectors.length];
    if (chosen === undefined) throw new RangeError('there is no collector to route to');
    return chosen;
  };
}
