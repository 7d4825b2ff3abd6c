/** Version of the collector, as GetStatus reports it; the same as the repository's package.json. */
export const COLLECTOR_VERSION = '0.1.0';
