import { Disposable, EventEmitter, McpStdioServerDefinition, lm, workspace } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { TOKEN_ENVIRONMENT_VARIABLE } from '@hindcast/proto/lspMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { isLoopback, parseAddress } from '../address.js';
import { TOKEN_SECRET } from '../secretToken.js';
import { exposure } from './exposure.js';

/** As many as the language server asks for the same answers. */
const MAX_FOLDERS = 8;

/**
 * The MCP server of the extension, for models in this editor and in agents that the editor runs elsewhere. One server for all
 * folders: several would show every tool several times.
 */
export function registerMcpServer(extension: ExtensionContext, client: HindcastClient): Disposable {
  const changed = new EventEmitter<void>();
  const { version } = extension.extension.packageJSON as { readonly version: string };
  let address = client.state.collectorAddress;
  return Disposable.from(
    changed,
    lm.registerMcpServerDefinitionProvider('hindcast.mcp', {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: () => {
        const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
        const [folder] = folders;
        // Answers run git, which an untrusted folder could make run anything.
        if (!folder || !workspace.isTrusted || !exposure().mcp) return [];
        const program = extension.asAbsolutePath('dist/hindcast.cjs');
        const server = new McpStdioServerDefinition(
          // Models see `mcp_hindcast_` before the names of tools: no longer than this.
          'hindcast',
          process.execPath,
          [
            program,
            'mcp',
            ...folders.slice(0, MAX_FOLDERS).flatMap(({ uri }) => ['--root', uri.fsPath]),
            '--collector',
            client.state.collectorAddress,
            ...tlsArguments(),
          ],
          // In a desktop editor this is Electron; it is Node with this.
          { ELECTRON_RUN_AS_NODE: '1' },
          version,
        );
        server.cwd = folder.uri;
        return [server];
      },
      resolveMcpServerDefinition: async (server) => {
        const token = await extension.secrets.get(TOKEN_SECRET);
        // A token could be read on the way, so it only leaves the machine under TLS.
        const isSafe = tlsArguments().length > 0 || isLoopback(parseAddress(client.state.collectorAddress)?.host ?? '');
        if (token !== undefined && isSafe && server instanceof McpStdioServerDefinition)
          server.env[TOKEN_ENVIRONMENT_VARIABLE] = token;
        return server;
      },
    }),
    workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
    workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    workspace.onDidChangeConfiguration((change) => {
      if (['hindcast.agents', 'hindcast.collector.tls'].some((part) => change.affectsConfiguration(part)))
        changed.fire();
    }),
    client.onDidChange(({ collectorAddress }) => {
      if (collectorAddress === address) return;
      address = collectorAddress;
      changed.fire();
    }),
  );
}

/** How the collector is reached, as options of `hindcast mcp`. */
function tlsArguments(): string[] {
  const tls = workspace.getConfiguration('hindcast.collector.tls');
  if (!tls.get<boolean>('enabled')) return [];
  const file = (setting: string) => tls.get<string>(setting)?.trim() ?? '';
  const certificate = file('certFile') === '' ? [] : ['--tls-cert', file('certFile'), '--tls-key', file('keyFile')];
  return ['--tls-ca', file('caFile') || 'system', ...certificate];
}
