import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, UsageError, type Command, type Terminal } from './command.js';
import { agentsCommand } from './commands/agents.js';
import { annotateCommand } from './commands/annotate.js';
import { askCommand } from './commands/ask.js';
import { assessCommand } from './commands/assess.js';
import { caseCommand } from './commands/case.js';
import { collectorCommand } from './commands/collector.js';
import { commentCommand } from './commands/comment.js';
import { compareCommand } from './commands/compare.js';
import { fixCommand } from './commands/fix.js';
import { hookCommand } from './commands/hook.js';
import { lspCommand } from './commands/lsp.js';
import { mcpCommand } from './commands/mcp.js';
import { snapshotCommand } from './commands/snapshot.js';
import { statusCommand } from './commands/status.js';
import { verifyCommand } from './commands/verify.js';
import { watchCommand } from './commands/watch.js';
import { VERSION } from './version.js';

/** In the order in which they are listed. */
const commands: readonly Command[] = [
  annotateCommand,
  assessCommand,
  statusCommand,
  askCommand,
  mcpCommand,
  agentsCommand,
  hookCommand,
  commentCommand,
  caseCommand,
  fixCommand,
  verifyCommand,
  watchCommand,
  compareCommand,
  snapshotCommand,
  collectorCommand,
  lspCommand,
];

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  isColour: process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  environment: process.env,
  workingFolder: process.cwd(),
};

// A reader such as `head` may close its end early: that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK);
  throw error;
});

void run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') {
    terminal.out(`${VERSION}\n`);
    return EXIT_OK;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = commands.find((command) => command.name === args[0]);
    terminal.out(asked ? asked.help : overview());
    return EXIT_OK;
  }
  const command = commands.find((candidate) => candidate.name === name);
  try {
    if (!command) throw new UsageError(`there is no command '${name}'.`);
    if (args.includes('--help') || args.includes('-h')) {
      terminal.out(command.help);
      return EXIT_OK;
    }
    return await command.run(args, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.error(`hindcast: ${error.message} See: hindcast ${command ? `${command.name} ` : ''}--help\n`);
      return EXIT_USAGE;
    }
    terminal.error(`hindcast: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT_FAILED;
  }
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return `Usage: hindcast COMMAND [OPTIONS]

What your code does in production, on the code itself.

${commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`).join('\n')}

Flags of a command: hindcast COMMAND --help. Version: hindcast --version.
`;
}
