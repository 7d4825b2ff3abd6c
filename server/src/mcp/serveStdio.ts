import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { serveMcp, type McpPorts } from './mcpServer.js';

/** Serves the client on standard input and output; resolves when it has gone. Nothing else may write to standard output. */
export async function serveMcpOnStdio(ports: McpPorts): Promise<void> {
  const server = await serveMcp(new StdioServerTransport(), ports);
  await new Promise<void>((resolve) => {
    const ended = server.onclose;
    server.onclose = () => {
      ended?.();
      resolve();
    };
    process.stdin.once('end', () => void server.close());
    process.stdin.once('close', () => void server.close());
  });
}
