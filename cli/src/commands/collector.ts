import { CollectorError } from '@hindcast/collector/collectorError';
import { lineLogger } from '@hindcast/collector/operations/logLines';
import { CONFIG_VARIABLE, readSettings, type EffectiveSettings } from '@hindcast/collector/operations/readSettings';
import { settings, type Setting } from '@hindcast/collector/operations/settings';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command, type Terminal } from '../command.js';
import { parseOptions } from '../options.js';

const flags: readonly Setting[] = settings.filter((setting: Setting) => !setting.isSecret);
const flagText = ({ name, argument }: Setting): string => `--${name}${argument === undefined ? '' : ` ${argument}`}`;
const flagWidth = Math.max(...flags.map((setting) => flagText(setting).length));

const help = `Usage: hindcast collector [--config FILE] [OPTIONS]

Receives what services report, keeps it, and answers editors, agents and this command line. Runs until Ctrl+C.

${flags
  .map((setting) => {
    const otherwise = setting.default === '' || setting.argument === undefined ? '' : ` (default ${setting.default})`;
    return `  ${flagText(setting).padEnd(flagWidth)}  ${setting.help}${otherwise}`;
  })
  .join('\n')}
  ${'--config FILE'.padEnd(flagWidth)}  the same settings in YAML, or ${CONFIG_VARIABLE}
  ${'--print-config'.padEnd(flagWidth)}  show every setting in effect and where it is from, and end
  ${'--validate'.padEnd(flagWidth)}  check the settings and the files they name, and end

A flag is also a variable, HINDCAST_COLLECTOR_OTLP_GRPC for --otlp-grpc; flags come before variables before the file. Tokens
are set in a file or in HINDCAST_COLLECTOR_INGEST_TOKEN and HINDCAST_COLLECTOR_READ_TOKEN. Port 0 takes a free port. The line
that begins with "hindcast collector ready" on standard error tells the addresses.
`;

/** `hindcast collector`: runs until a signal, then finishes what it has accepted. */
export const collectorCommand: Command = {
  name: 'collector',
  summary: 'Receive, keep and answer: the process that services report to.',
  help,
  async run(args, terminal) {
    const { effective, only } = read(args, terminal);
    if (only === 'print-config') {
      terminal.out(configText(effective));
      return EXIT_OK;
    }
    if (only === 'validate') {
      terminal.out('The configuration is valid.\n');
      return EXIT_OK;
    }
    const { config, logLevel, logFormat } = effective;
    const signals = new AbortController();
    const stop = () => signals.abort();
    // Before it listens, so that a signal while it starts is not lost.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
    let running: RunningCollector | undefined;
    // Without anything to read again it is the terminal that has gone.
    const hasFiles =
      config.security !== undefined && (config.security.tokens.length > 0 || config.security.tls !== undefined);
    process.on('SIGHUP', () => {
      if (hasFiles && running) reload(running, args, terminal);
      else stop();
    });
    // Run by an editor over a channel: ends with the window that started it, however that ended.
    process.once('disconnect', stop);
    try {
      const logger = lineLogger((line) => terminal.error(line), logLevel, logFormat);
      const collector = await startCollector(config, logger);
      running = collector;
      const { otlpGrpc = 'off', otlpHttp = 'off', query } = collector.addresses;
      const store = effective.shown.find(({ name }) => name === 'store')?.value ?? '';
      const ready = `otlp-grpc ${otlpGrpc}, otlp-http ${otlpHttp}, query ${query}, store ${store}`;
      if (logFormat === 'json') logger.info(`ready: ${ready}`);
      else terminal.error(`hindcast collector ready: ${ready}\n`);
      if (config.security?.allowsPlainText && config.security.tokens.length > 0 && !config.security.tls) {
        logger.warn('tokens are taken without TLS: see that something in front of this collector does it');
      }
      await aborted(signals.signal);
      await collector.close();
      return EXIT_OK;
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      terminal.error(`hindcast: ${error.message}\n`);
      return EXIT_FAILED;
    }
  },
};

/** Reads tokens and certificates again; what cannot be used is told, and what was there stays in use. */
function reload(collector: RunningCollector, args: readonly string[], terminal: Terminal): void {
  try {
    const { security } = read(args, terminal).effective.config;
    if (security) collector.reload(security);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.error(`hindcast: ${error.message} Tokens and certificates of before stay in use.\n`);
  }
}

function read(
  args: readonly string[],
  { environment }: Terminal,
): { effective: EffectiveSettings; only: 'print-config' | 'validate' | undefined } {
  const options = flags.map(({ name, argument }) => [name, { type: argument === undefined ? 'boolean' : 'string' }]);
  const { values } = parseOptions(args, {
    ...(Object.fromEntries(options) as Record<string, { type: 'boolean' | 'string' }>),
    config: { type: 'string' },
    'print-config': { type: 'boolean' },
    validate: { type: 'boolean' },
  });
  const { config, 'print-config': isPrinted, validate, ...given } = values;
  const level = environment['HINDCAST_LOG'] === 'debug' ? { HINDCAST_COLLECTOR_LOG_LEVEL: 'debug' } : {};
  try {
    return {
      effective: readSettings(given, { ...level, ...environment }, config),
      only: isPrinted ? 'print-config' : validate ? 'validate' : undefined,
    };
  } catch (error) {
    throw error instanceof CollectorError ? new UsageError(error.message) : error;
  }
}

function configText({ shown }: EffectiveSettings): string {
  const widths = [
    Math.max(...shown.map(({ name }) => name.length)),
    Math.max(...shown.map(({ value }) => value.length)),
  ];
  return shown
    .map(({ name, value, from }) => `${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${from}\n`)
    .join('');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
