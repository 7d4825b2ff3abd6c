import type { Resource, ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import { AgentInputError } from '../agents/agentInput.js';
import { askFolders, type FolderSources } from '../agents/askFolders.js';

export const REGRESSIONS_URI = 'hindcast://regressions';
const HOT_URI = 'hindcast://hot';

/** Names and addresses are ours, always: nothing that production said can come into one. */
export function listResources(): Resource[] {
  return [
    {
      uri: REGRESSIONS_URI,
      name: 'regressions',
      description: 'What got worse within a day. Can be subscribed to.',
      mimeType: 'text/markdown',
    },
    { uri: HOT_URI, name: 'hot', description: 'Functions that are called most, last hour.', mimeType: 'text/markdown' },
  ];
}

export const resourceTemplates: readonly ResourceTemplate[] = [
  {
    uriTemplate: 'hindcast://file/{+path}',
    name: 'file',
    description: 'What the functions of a source file do in production.',
    mimeType: 'text/markdown',
  },
  {
    uriTemplate: 'hindcast://function/{+path}#{name}',
    name: 'function',
    description: 'What one function does in production.',
    mimeType: 'text/markdown',
  },
];

/** The Markdown of one resource. @throws AgentInputError for an address that is none of ours */
export async function readResource(uri: string, sources: FolderSources, signal: AbortSignal): Promise<string> {
  const [tool, input] = questionOf(uri);
  const { answer } = await askFolders(tool, input, sources, { signal, progress: () => {} });
  return answer.markdown;
}

function questionOf(uri: string): [tool: string, input: Record<string, unknown>] {
  if (uri === REGRESSIONS_URI) return ['list_regressions', {}];
  if (uri === HOT_URI) return ['find_functions', { by: 'hot', limit: 20 }];
  const [, kind, path, name] = /^hindcast:\/\/(file|function)\/([^#]+)(?:#(.+))?$/.exec(uri) ?? [];
  if (kind === 'file' && path !== undefined) return ['get_runtime_context', { file: decode(path) }];
  if (kind === 'function' && path !== undefined && name !== undefined) {
    return ['get_runtime_context', { functions: [`${decode(path)}:${decode(name)}`] }];
  }
  throw new AgentInputError(
    `there is no such resource; there are ${REGRESSIONS_URI}, ${HOT_URI}, hindcast://file/PATH and hindcast://function/PATH#NAME.`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
