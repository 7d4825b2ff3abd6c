/** How programs are observed that were started from the editor. */
export interface Observation {
  /** `file:` URL of the sensor. */
  readonly sensorUrl: string;
  /** `host:port` that takes OTLP over gRPC. */
  readonly otlpGrpc: string;
}

/** The oldest Node.js that the sensor runs in. */
export const OLDEST_NODE = [20, 6] as const;

/** Numbers should appear soon after one has started something by hand. */
const INTERVAL_MS = 2000;

/** The flag that loads the sensor. The URL has no spaces, so that it needs no quotes in NODE_OPTIONS. */
export function importFlag({ sensorUrl }: Observation): string {
  return `--import=${sensorUrl}`;
}

/** What the sensor is told beside the flag. Nothing of it means anything to a program without the sensor, but for the endpoint of metrics. */
export function sensorVariables({ otlpGrpc }: Observation): Readonly<Record<string, string>> {
  return {
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://${otlpGrpc}`,
    HINDCAST_INTERVAL_MS: String(INTERVAL_MS),
    HINDCAST_ENVIRONMENT: 'local',
  };
}

/** The parts of a debug configuration that matter here. */
export interface LaunchConfiguration {
  readonly request?: unknown;
  readonly env?: unknown;
}

/**
 * A debug configuration whose program runs under the sensor. What it says itself wins; what only attaches stays as it is.
 * @param inherited NODE_OPTIONS that the program would have without the configuration
 */
export function observedConfiguration<C extends LaunchConfiguration>(
  configuration: C,
  observation: Observation,
  inherited: string | undefined,
): C {
  if (configuration.request !== 'launch') return configuration;
  const env = typeof configuration.env === 'object' && configuration.env !== null ? configuration.env : {};
  const own = 'NODE_OPTIONS' in env && typeof env.NODE_OPTIONS === 'string' ? env.NODE_OPTIONS : (inherited ?? '');
  if (own.includes('@hindcast/sensor') || own.includes(observation.sensorUrl)) return configuration;
  const options = `${own} ${importFlag(observation)}`.trim();
  return { ...configuration, env: { ...sensorVariables(observation), ...env, NODE_OPTIONS: options } };
}

/** Whether `node --version` printed one that the sensor runs in; undefined when it cannot be read. */
export function isNewEnough(version: string): boolean | undefined {
  const match = /^v(\d+)\.(\d+)\./.exec(version.trim());
  if (!match) return undefined;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}
