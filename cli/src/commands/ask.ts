import { resolve } from 'node:path';
import { AgentInputError } from '@hindcast/server/agents/agentInput';
import { askTool } from '@hindcast/server/agents/askTool';
import { agentTools } from '@hindcast/server/agents/toolTable';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import { agentSources, sourceHelp, sourceOptions } from '../agentSources.js';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command } from '../command.js';
import { parseOptions, snapshotOption } from '../options.js';

const help = `Usage: hindcast ask TOOL [JSON] [--json] [--root FOLDER] [--collector HOST:PORT]

The answer that an agent would get, for people and scripts. JSON is the tool's input: hindcast ask find_functions '{"by":"hot"}'

${agentTools.map(({ name, title }) => `  ${name.padEnd(22)} ${title}`).join('\n')}

  --json                 the answer as data instead of Markdown
  --root FOLDER          the repository that the question is about (default: the working folder)
${sourceHelp}`;

/** `hindcast ask TOOL`. */
export const askCommand: Command = {
  name: 'ask',
  summary: 'Ask what an agent would ask.',
  help,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      args,
      { json: { type: 'boolean' }, root: { type: 'string' }, ...sourceOptions },
      true,
    );
    const [tool, input, another] = positionals;
    if (tool === undefined) throw new UsageError('ask needs a TOOL.');
    if (another !== undefined) throw new UsageError('the input is one argument: quote the JSON.');
    const root = resolve(terminal.workingFolder, values.root ?? '.');
    await snapshotOption(values.snapshot, terminal);
    const { sources, close } = agentSources(root, values, terminal);
    try {
      const context = { signal: new AbortController().signal, progress: () => {} };
      const answer = await askTool(tool, parsed(input), sources, context);
      terminal.out(`${values.json ? JSON.stringify(answer.structured, undefined, 2) : answer.markdown}\n`);
      return EXIT_OK;
    } catch (error) {
      if (error instanceof AgentInputError) throw new UsageError(error.message);
      if (!(error instanceof CollectorClientError)) throw error;
      terminal.error(`hindcast: ${error.message}\n`);
      return EXIT_FAILED;
    } finally {
      close();
    }
  },
};

function parsed(input: string | undefined): unknown {
  if (input === undefined) return {};
  try {
    return JSON.parse(input) as unknown;
  } catch (error) {
    throw new UsageError(`the input is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
