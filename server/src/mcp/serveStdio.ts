import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { serveMcp, type McpPorts } from './mcpServer.js';

/** Serves the client on standard input and output; resolves when it has gone. Nothing else may write to standard output. */
export async function serveMcpOnStdio(ports: McpPorts): Promise<void> {
  const session = await serveMcp(new StdioServerTransport(), ports);
  process.stdin.once('end', () => void session.close());
  process.stdin.once('close', () => void session.close());
  await session.closed;
}
