import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { programPath } from '../cli/program.js';

/** An answer as a client gets it. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Record<string, unknown>;
}

/** `hindcast mcp` as agents start it, with the SDK's own client at the other end. */
export class McpSession {
  readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  static async start(root: string, query: string, ...others: string[]): Promise<McpSession> {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [programPath, 'mcp', ...[root, ...others].flatMap((each) => ['--root', each]), '--collector', query],
      stderr: 'inherit',
    });
    await client.connect(transport);
    return new McpSession(client);
  }

  async ask(tool: string, input: Record<string, unknown>): Promise<ToolAnswer> {
    const answer = await this.client.callTool({ name: tool, arguments: input });
    const [content] = answer.content as { type: string; text: string }[];
    return {
      isError: answer.isError === true,
      text: content?.text ?? '',
      structured: (answer.structuredContent ?? {}) as Record<string, unknown>,
    };
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
