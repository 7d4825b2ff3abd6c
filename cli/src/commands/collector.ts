import { parseListenAddress } from '@hindcast/collector/address';
import { CollectorError } from '@hindcast/collector/collectorError';
import { defaultCollectorConfig, type CollectorConfig } from '@hindcast/collector/config';
import { startCollector } from '@hindcast/collector/startCollector';
import type { Logger } from '@hindcast/core/logger';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command, type Terminal } from '../command.js';
import { parseOptions } from '../options.js';

const help = `Usage: hindcast collector [--otlp-grpc HOST:PORT] [--otlp-http HOST:PORT] [--query HOST:PORT] [--store PATH|memory]

Receives what services report, keeps it, and answers editors, agents and this command line. Runs until Ctrl+C.

  --otlp-grpc HOST:PORT  OTLP over gRPC (default 127.0.0.1:4317; 'off' for none)
  --otlp-http HOST:PORT  OTLP over HTTP (default 127.0.0.1:4318; 'off' for none)
  --query HOST:PORT      the query service (default 127.0.0.1:4319)
  --store PATH|memory    database file, or memory to keep nothing (default ${defaultCollectorConfig().store})

Port 0 takes a free port. The line that begins with "hindcast collector ready" on standard error tells the addresses.
`;

/** `hindcast collector`: runs until a signal, then finishes what it has accepted. */
export const collectorCommand: Command = {
  name: 'collector',
  summary: 'Receive, keep and answer: the process that services report to.',
  help,
  async run(args, terminal) {
    const config = readConfig(args);
    const signals = new AbortController();
    const stop = () => signals.abort();
    // Before it listens, so that a signal while it starts is not lost.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
    // Run by an editor over a channel: ends with the window that started it, however that ended.
    process.once('disconnect', stop);
    try {
      const collector = await startCollector(config, terminalLogger(terminal));
      const { otlpGrpc = 'off', otlpHttp = 'off', query } = collector.addresses;
      terminal.error(
        `hindcast collector ready: otlp-grpc ${otlpGrpc}, otlp-http ${otlpHttp}, query ${query}, store ${config.store}\n`,
      );
      await aborted(signals.signal);
      await collector.close();
      return EXIT_OK;
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      if (error.code === 'BAD_ADDRESS' || error.code === 'NOT_LOOPBACK') throw new UsageError(error.message);
      terminal.error(`hindcast: ${error.message}\n`);
      return EXIT_FAILED;
    }
  },
};

function readConfig(args: readonly string[]): CollectorConfig {
  const { values } = parseOptions(args, {
    'otlp-grpc': { type: 'string' },
    'otlp-http': { type: 'string' },
    query: { type: 'string' },
    store: { type: 'string' },
  });
  const defaults = defaultCollectorConfig();
  const receiver = (value: string | undefined, otherwise: string | undefined) =>
    value === 'off' ? undefined : (value ?? otherwise);
  const config = {
    otlpGrpc: receiver(values['otlp-grpc'], defaults.otlpGrpc),
    otlpHttp: receiver(values['otlp-http'], defaults.otlpHttp),
    query: values.query ?? defaults.query,
    store: values.store ?? defaults.store,
  };
  if (config.store === '') throw new UsageError('--store takes a path or the word memory.');
  try {
    if (config.otlpGrpc !== undefined) parseListenAddress(config.otlpGrpc, '--otlp-grpc');
    if (config.otlpHttp !== undefined) parseListenAddress(config.otlpHttp, '--otlp-http');
    parseListenAddress(config.query, '--query');
  } catch (error) {
    throw error instanceof CollectorError ? new UsageError(error.message) : error;
  }
  return config;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function terminalLogger(terminal: Terminal): Logger {
  const line = (level: string, message: string) => terminal.error(`hindcast collector ${level}: ${message}\n`);
  return {
    debug(message) {
      if (terminal.environment['HINDCAST_LOG'] === 'debug') line('debug', message);
    },
    info: (message) => line('info', message),
    warn: (message) => line('warn', message),
    error: (message, cause) => line('error', cause instanceof Error ? `${message} (${cause.message})` : message),
  };
}
