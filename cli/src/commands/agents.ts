import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AgentFileError, type AgentFile } from '../agentFiles/agentFile.js';
import { claudeHookFile, mcpFile } from '../agentFiles/jsonFiles.js';
import { cursorRule, sectionFile, skillFiles } from '../agentFiles/textFiles.js';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command, type Terminal } from '../command.js';
import { parseOptions } from '../options.js';

/** What is written for whom. */
const targets: Readonly<Record<string, readonly AgentFile[]>> = {
  all: [sectionFile('AGENTS.md'), mcpFile('.mcp.json', 'mcpServers'), ...skillFiles('.agents/skills')],
  claude: [
    sectionFile('CLAUDE.md'),
    mcpFile('.mcp.json', 'mcpServers'),
    ...skillFiles('.claude/skills'),
    claudeHookFile,
  ],
  copilot: [
    sectionFile('.github/copilot-instructions.md'),
    mcpFile('.vscode/mcp.json', 'servers', { type: 'stdio' }),
    ...skillFiles('.github/skills'),
  ],
  cursor: [cursorRule, mcpFile('.cursor/mcp.json', 'mcpServers')],
};

const help = `Usage: hindcast agents add [--for all|claude|copilot|cursor] [--root FOLDER] [--dry-run]

Tells coding agents of a repository that production facts are there, and how to use them: instructions, the MCP server, playbooks
as skills. What other tools have written into the same files stays. Run it again to bring the files up to date.

  --for NAME     all (default): AGENTS.md, .mcp.json, .agents/skills, which most agents read
                 claude: CLAUDE.md, .mcp.json, .claude/skills, and a hook that shows facts before a file is edited
                 copilot: .github/copilot-instructions.md, .vscode/mcp.json, .github/skills
                 cursor: .cursor/rules, .cursor/mcp.json
  --root FOLDER  the repository (default: the working folder)
  --dry-run      say what would be written, and write nothing
`;

/** `hindcast agents add`. */
export const agentsCommand: Command = {
  name: 'agents',
  summary: 'Tell the coding agents of a repository about production facts.',
  help,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      args,
      { for: { type: 'string' }, root: { type: 'string' }, 'dry-run': { type: 'boolean' } },
      true,
    );
    if (positionals.length !== 1 || positionals[0] !== 'add') throw new UsageError('agents takes one word: add.');
    const name = values.for ?? 'all';
    const files = Object.hasOwn(targets, name) ? targets[name] : undefined;
    if (!files) throw new UsageError(`--for takes ${Object.keys(targets).join(', ')}, not '${name}'.`);
    const root = resolve(terminal.workingFolder, values.root ?? '.');
    let failed = 0;
    for (const file of files) failed += (await write(file, root, values['dry-run'] ?? false, terminal)) ? 0 : 1;
    return failed === 0 ? EXIT_OK : EXIT_FAILED;
  },
};

/** Whether it is as it should be now. */
async function write(file: AgentFile, root: string, isDry: boolean, terminal: Terminal): Promise<boolean> {
  const path = join(root, file.path);
  try {
    const before = await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    const after = file.change(before);
    const what = before === undefined ? 'new' : before === after ? 'unchanged' : 'changed';
    if (what !== 'unchanged' && !isDry) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, after);
    }
    terminal.out(`${what.padEnd(9)} ${file.path}\n`);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.error(`hindcast: ${error instanceof AgentFileError ? message : `${file.path}: ${message}`}\n`);
    return false;
  }
}
