import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import type { CollectorAccess } from '@hindcast/server/collector/collectorChannel';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import type { CollectorStatus, EntryPointFacts, ServiceSummary } from '@hindcast/server/collector/facts';
import { EXIT_FAILED, EXIT_OK, type Command, type Terminal } from '../command.js';
import {
  accessOption,
  collectorOption,
  connectionHelp,
  connectionOptions,
  parseOptions,
  windowOption,
  type Window,
} from '../options.js';
import { colours, noColours } from '../paint.js';
import { statusText } from '../statusText.js';

const help = `Usage: hindcast status [--json] [--window PT1H] [--collector HOST:PORT]

What is connected, what is missing, and what to do about it.

  --json                 one JSON object instead of text
  --window DURATION      how far back, ISO-8601 (default PT1H)
${connectionHelp}
Exit code 1 when no collector answers.
`;

/** What `hindcast status --json` prints. */
export interface StatusReport {
  readonly collector: { readonly address: string; readonly reachable: boolean } & Partial<CollectorStatus>;
  /** ISO-8601. */
  readonly window: string;
  readonly services: readonly ServiceSummary[];
  /** By service, then most calls first; null when the collector is too old to say. */
  readonly entryPoints: readonly EntryPointFacts[] | null;
  /** What is missing and what to do, one sentence each; empty when all is well. */
  readonly advice: readonly string[];
}

/** `hindcast status`. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'Say what is connected, what is missing, and what to do.',
  help,
  async run(args, terminal) {
    const { values } = parseOptions(args, {
      json: { type: 'boolean' },
      window: { type: 'string' },
      ...connectionOptions,
    });
    const address = collectorOption(values.collector, terminal);
    const report = await readReport(address, accessOption(values, terminal), windowOption(values.window));
    print(report, values.json === true, terminal);
    return report.collector.reachable ? EXIT_OK : EXIT_FAILED;
  },
};

async function readReport(address: string, access: CollectorAccess, window: Window): Promise<StatusReport> {
  const client = new CollectorClient(address, access);
  try {
    const [status, services, entryPoints] = await Promise.all([
      client.getStatus(),
      client.listServices({ windowSeconds: window.seconds }),
      client.listEntryPoints({ windowSeconds: window.seconds }),
    ]);
    return {
      collector: { address, reachable: true, ...status },
      window: window.text,
      services,
      entryPoints: entryPoints ?? null,
      advice: adviceFor(status, services, window.text),
    };
  } catch (error) {
    if (!(error instanceof CollectorClientError)) throw error;
    return {
      collector: { address, reachable: false },
      window: window.text,
      services: [],
      entryPoints: null,
      advice: [error.message],
    };
  } finally {
    client.close();
  }
}

/** What is missing and what to do about it, most urgent first. */
export function adviceFor(status: CollectorStatus, services: readonly ServiceSummary[], window: string): string[] {
  const advice: string[] = [];
  if (status.store.problem !== '') advice.push(`The store has a problem: ${status.store.problem}`);
  const otlp = status.receivers.find(({ name }) => name === 'otlp-grpc')?.address;
  if (services.length === 0) {
    advice.push(
      `No service has reported within ${window}. Start one with: node --import @hindcast/sensor/register app.js` +
        (otlp === undefined || otlp.endsWith(':4317') ? '' : ` (with OTEL_EXPORTER_OTLP_ENDPOINT=http://${otlp})`),
    );
  }
  const refused = status.receivers.flatMap((receiver) => receiver.refused).reduce((sum, { count }) => sum + count, 0);
  if (refused > 0) advice.push(`${refused} requests or items were refused; the reasons are listed with the receivers.`);
  for (const { deployment, functions, filesNotObserved, drops } of services) {
    if (functions === 0) {
      advice.push(
        `${deployment.service} reports no functions: start it with node --import @hindcast/sensor/register to see them all.`,
      );
    }
    if (filesNotObserved > 0) {
      advice.push(
        `${filesNotObserved} files of ${deployment.service} were never loaded or cannot be observed; hindcast annotate FILE says why.`,
      );
    }
    if (drops.some(({ count }) => count > 0)) {
      advice.push(`${deployment.service} gave up some data; the reasons are listed with it.`);
    }
  }
  return advice;
}

function print(report: StatusReport, isJson: boolean, terminal: Terminal): void {
  if (isJson) terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else terminal.out(statusText(report, terminal.isColour ? colours : noColours, Date.now()));
}
