import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { askTool } from '@hindcast/server/agents/askTool';
import { GitRepository } from '@hindcast/server/git/gitRepository';
import { agentSources } from '../agentSources.js';
import { EXIT_OK, type Command } from '../command.js';

/** An agent waits for its hooks: facts that come later are of no use. */
const DEADLINE_MS = 3000;
const MAX_INPUT_BYTES = 1 << 20;
const MAX_TOKENS = 500;

const help = `Usage: hindcast hook

For the hooks of coding agents (see: hindcast agents add --for claude). Reads the agent's event from standard input; before a file is
edited whose functions run in production, it prints the facts as context. Prints nothing where there is nothing to say, or no
collector; it never blocks an edit.
`;

/** `hindcast hook`: whatever happens, its exit code is 0. */
export const hookCommand: Command = {
  name: 'hook',
  summary: 'Give an agent the facts of the file that it is about to edit.',
  help,
  async run(_args, terminal) {
    const file = fileOf(await readInput());
    if (file === undefined) return EXIT_OK;
    const path = resolve(terminal.workingFolder, file);
    const repository = await GitRepository.around(dirname(path)).catch(() => undefined);
    const root = repository?.root ?? terminal.workingFolder;
    const inside = relative(root, path);
    if (inside.startsWith('..') || isAbsolute(inside)) return EXIT_OK;
    const { sources, close } = agentSources(root, {}, terminal);
    try {
      const answer = await askTool('get_runtime_context', { file: inside, maxTokens: MAX_TOKENS }, sources, {
        signal: AbortSignal.timeout(DEADLINE_MS),
        progress: () => {},
      });
      const runs = answer.structured.results.some(({ state }) => state === 'ran');
      if (runs) {
        const hookSpecificOutput = { hookEventName: 'PreToolUse', additionalContext: answer.markdown };
        terminal.out(`${JSON.stringify({ hookSpecificOutput })}\n`);
      }
    } catch {
      // No collector, no such file, no time: an agent goes on without facts.
    } finally {
      close();
    }
    return EXIT_OK;
  },
};

/** The file that the agent's tool is about to change. */
function fileOf(input: string): string | undefined {
  try {
    const event = JSON.parse(input) as { tool_input?: { file_path?: unknown } };
    const path = event.tool_input?.file_path;
    return typeof path === 'string' && path !== '' ? path : undefined;
  } catch {
    return undefined;
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_INPUT_BYTES) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
