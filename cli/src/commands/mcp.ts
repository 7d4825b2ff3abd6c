import { resolve } from 'node:path';
import { serveMcpOnStdio } from '@hindcast/server/mcp/serveStdio';
import { folderSources, sourceHelp, sourceOptions } from '../agentSources.js';
import { EXIT_OK, type Command } from '../command.js';
import { parseOptions, snapshotOption } from '../options.js';
import { VERSION } from '../version.js';

const help = `Usage: hindcast mcp [options]

Serves the Model Context Protocol on standard input and output: production facts for coding agents, read-only. One entry in an
agent's configuration: {"command": "hindcast", "args": ["mcp"]}. To have it written: hindcast agents add.

  --root FOLDER          the repository that questions are about, again for each (default: the working folder)
${sourceHelp}`;

/** `hindcast mcp`: ends when its input does. */
export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'Serve production facts to coding agents (Model Context Protocol).',
  help,
  async run(args, terminal) {
    const { values } = parseOptions(args, { root: { type: 'string', multiple: true }, ...sourceOptions });
    const [first = '.', ...others] = (values.root ?? []).map((root) => resolve(terminal.workingFolder, root));
    const roots = [resolve(terminal.workingFolder, first), ...others] as const;
    await snapshotOption(values.snapshot, terminal);
    const { sources, close } = folderSources(roots, values, terminal);
    const report = (message: string, cause?: unknown) =>
      terminal.error(`hindcast mcp: ${message}${cause instanceof Error ? `: ${cause.message}` : ''}\n`);
    const logger = { debug: () => {}, info: () => {}, warn: report, error: report };
    await serveMcpOnStdio({ sources, version: VERSION, logger });
    close();
    return EXIT_OK;
  },
};
