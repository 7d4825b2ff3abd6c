import { AgentFileError, type AgentFile } from './agentFile.js';

const SERVER = { command: 'hindcast', args: ['mcp'] } as const;
/** What Claude Code runs before a file is edited. */
const HOOK = { type: 'command', command: 'hindcast hook' } as const;
const EDIT_TOOLS = 'Edit|Write|MultiEdit';

type Json = Record<string, unknown>;

/** An entry in a configuration of MCP servers; the others stay as they are. */
export function mcpFile(path: string, key: 'mcpServers' | 'servers', extra: Json = {}): AgentFile {
  return {
    path,
    change: (before) => {
      const file = parse(path, before);
      const servers = objectAt(path, file, key);
      return print({ ...file, [key]: { ...servers, hindcast: { ...extra, ...SERVER } } });
    },
  };
}

/** Facts come to Claude Code when it is about to edit a file that runs in production. */
export const claudeHookFile: AgentFile = {
  path: '.claude/settings.json',
  change: (before) => {
    const file = parse('.claude/settings.json', before);
    const hooks = objectAt('.claude/settings.json', file, 'hooks');
    const present = Array.isArray(hooks['PreToolUse']) ? (hooks['PreToolUse'] as unknown[]) : [];
    const isThere = JSON.stringify(present).includes(JSON.stringify(HOOK.command));
    const added = isThere ? present : [...present, { matcher: EDIT_TOOLS, hooks: [HOOK] }];
    return print({ ...file, hooks: { ...hooks, PreToolUse: added } });
  },
};

function parse(path: string, text: string | undefined): Json {
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AgentFileError(
      `${path} is no plain JSON (comments?); add the entry "hindcast" by hand: ${JSON.stringify(SERVER)}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AgentFileError(`${path} holds no JSON object; it is left as it is.`);
  }
  return value as Json;
}

function objectAt(path: string, file: Json, key: string): Json {
  const value = file[key] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new AgentFileError(`"${key}" of ${path} is no object; the file is left as it is.`);
  }
  return value as Json;
}

function print(value: Json): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
