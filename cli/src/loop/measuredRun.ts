import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import { silentLogger } from '@hindcast/core/logger';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { runCounts, type RunCounts } from '@hindcast/server/loop/compareCounts';
import type { Terminal } from '../command.js';
import { runCommand, type CommandOutcome } from './runCommand.js';

const WINDOW_SECONDS = 86_400;
const MAX_NODES = 10_000;
const DEADLINE_MS = 60_000;
const SERVICE = 'compare';

/** A collector of its own, on free ports of loopback and with nothing on the disk, that runs of a command report to. */
export class MeasuredRuns {
  readonly #collector: RunningCollector;
  readonly #client: CollectorClient;

  private constructor(collector: RunningCollector) {
    this.#collector = collector;
    this.#client = new CollectorClient(collector.addresses.query);
  }

  static async open(): Promise<MeasuredRuns> {
    const free = '127.0.0.1:0';
    const config = { otlpGrpc: free, otlpHttp: undefined, query: free, store: 'memory' };
    return new MeasuredRuns(await startCollector(config, silentLogger));
  }

  /** Runs a command with every Node process of it under the sensor. @param name of the run, of letters, digits and `-` */
  async run(
    command: string | readonly string[],
    name: string,
    options: {
      readonly folder: string;
      readonly environment: Terminal['environment'];
      readonly logFile: string;
      readonly deadlineMs: number;
      readonly signal: AbortSignal;
    },
  ): Promise<{ readonly outcome: CommandOutcome; readonly counts: RunCounts; readonly isComplete: boolean }> {
    const outcome = await runCommand(command, {
      ...options,
      environment: this.#environment(options.environment, name),
    });
    const graph = await this.#client.getCallGraph(
      { roots: [], direction: 'both', maxNodes: MAX_NODES },
      { windowSeconds: WINDOW_SECONDS, environment: name },
      { deadlineMs: DEADLINE_MS, signal: options.signal },
    );
    return { outcome, counts: runCounts(graph ?? { nodes: [], edges: [] }), isComplete: graph?.nodesOmitted === 0 };
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#collector.close();
  }

  #environment(environment: Terminal['environment'], name: string): Terminal['environment'] {
    const kept = Object.entries(environment).filter(([key]) => !/^(?:OTEL_|HINDCAST_)/.test(key));
    return {
      ...Object.fromEntries(kept),
      NODE_OPTIONS: `${environment['NODE_OPTIONS'] ?? ''} --import=${sensorUrl()}`.trim(),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${this.#collector.addresses.otlpGrpc ?? ''}`,
      OTEL_SERVICE_NAME: SERVICE,
      HINDCAST_SERVICE_VERSION: '0',
      HINDCAST_ENVIRONMENT: name,
      HINDCAST_INTERVAL_MS: '500',
      // Counts are what is wanted: a run may wait for them.
      HINDCAST_EXIT_TIMEOUT_MS: '10000',
      HINDCAST_CPU_BUDGET: '20%',
      HINDCAST_CACHE_DIR: 'off',
    };
  }
}

/** The sensor that comes with this program. */
function sensorUrl(): string {
  const beside = new URL('./sensor/register.mjs', import.meta.url);
  if (!existsSync(fileURLToPath(beside))) throw new Error(`The sensor is not there: ${fileURLToPath(beside)}`);
  return beside.href;
}
