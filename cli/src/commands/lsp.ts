import { startLanguageServer } from '@hindcast/server/startLanguageServer';
import { UsageError, type Command } from '../command.js';
import { parseOptions } from '../options.js';

const help = `Usage: hindcast lsp --stdio

The language server, for any editor that speaks the Language Server Protocol. The editor starts it.

  --stdio  talk over standard input and output

Initialization options: { "collectorAddress": "HOST:PORT" }; otherwise HINDCAST_COLLECTOR, otherwise 127.0.0.1:4319.
`;

/** `hindcast lsp --stdio`: serves until the editor ends it. */
export const lspCommand: Command = {
  name: 'lsp',
  summary: 'Serve an editor over the Language Server Protocol.',
  help,
  run(args) {
    const { values } = parseOptions(args, {
      stdio: { type: 'boolean' },
      // Some clients add it; the connection reads it from the process's arguments and ends with that process.
      clientProcessId: { type: 'string' },
    });
    if (values.stdio !== true) throw new UsageError('lsp needs --stdio: it is started by editors.');
    startLanguageServer();
    // The connection ends the process when the editor says exit or goes away.
    return new Promise(() => {});
  },
};
