/** Where the collector's query service is unless someone says otherwise. */
export const DEFAULT_COLLECTOR_ADDRESS = '127.0.0.1:4319';

/** Environment variable that says otherwise. */
export const COLLECTOR_ENVIRONMENT_VARIABLE = 'HINDCAST_COLLECTOR';

const HOST_PORT = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})$/;

/** Whether a text is `HOST:PORT`, with an IPv6 host in brackets. */
export function isHostPort(text: string): boolean {
  const port = HOST_PORT.exec(text)?.[1];
  return port !== undefined && Number(port) <= 65_535;
}

/** The first usable address: what was asked for, the environment, the default. Unusable ones are passed over. */
export function resolveCollectorAddress(
  asked: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const candidates = [asked, environment[COLLECTOR_ENVIRONMENT_VARIABLE]];
  return candidates.find((candidate) => candidate !== undefined && isHostPort(candidate)) ?? DEFAULT_COLLECTOR_ADDRESS;
}
