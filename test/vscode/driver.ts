// Runs inside the editor's extension host as its "extension tests" and does what the test outside asks for, over loopback HTTP.
// Bundled by workbench.ts; tells its port in a file beside itself.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DriverRequest, SeenDiagnostic, SeenHierarchy, SeenHint, SeenLens } from './driverProtocol.js';

const whole = (document: vscode.TextDocument) => new vscode.Range(0, 0, document.lineCount, 0);

async function hints(path: string): Promise<SeenHint[]> {
  const document = await vscode.workspace.openTextDocument(path);
  const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
    'vscode.executeInlayHintProvider',
    document.uri,
    whole(document),
  );
  return found.map((hint) => ({
    line: hint.position.line + 1,
    text: typeof hint.label === 'string' ? hint.label : hint.label.map((part) => part.value).join(''),
  }));
}

async function lenses(path: string): Promise<SeenLens[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    vscode.Uri.file(path),
    100,
  );
  return found.map(({ range, command }) => ({
    line: range.start.line + 1,
    title: command?.title ?? '',
    command: command?.command ?? '',
    arguments: (command?.arguments ?? []) as unknown[],
  }));
}

async function hover(path: string, line: number, column: number): Promise<string> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    vscode.Uri.file(path),
    new vscode.Position(line - 1, column - 1),
  );
  return found
    .flatMap((one) => one.contents)
    .map((part) => (part instanceof vscode.MarkdownString ? part.value : ''))
    .join('\n\n');
}

function diagnostics(path: string): SeenDiagnostic[] {
  return vscode.languages.getDiagnostics(vscode.Uri.file(path)).flatMap((own) => {
    const code = typeof own.code === 'object' ? own.code.value : own.code;
    if (own.source !== 'Hindcast') return [];
    const severity = vscode.DiagnosticSeverity[own.severity];
    return [{ line: own.range.start.line + 1, code: String(code), severity, message: own.message }];
  });
}

async function actions(path: string, line: number, column: number): Promise<string[]> {
  const at = new vscode.Position(line - 1, column - 1);
  const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    vscode.Uri.file(path),
    new vscode.Range(at, at),
  );
  return found.map(({ title }) => title);
}

async function hierarchy(path: string, line: number, column: number): Promise<SeenHierarchy | null> {
  const at = new vscode.Position(line - 1, column - 1);
  const [item] = await vscode.commands.executeCommand<vscode.CallHierarchyItem[]>(
    'vscode.prepareCallHierarchy',
    vscode.Uri.file(path),
    at,
  );
  if (!item) return null;
  const text = ({ name, detail }: vscode.CallHierarchyItem) => `${name} · ${detail ?? ''}`;
  const incoming = await vscode.commands.executeCommand<vscode.CallHierarchyIncomingCall[]>(
    'vscode.provideIncomingCalls',
    item,
  );
  const outgoing = await vscode.commands.executeCommand<vscode.CallHierarchyOutgoingCall[]>(
    'vscode.provideOutgoingCalls',
    item,
  );
  return {
    item: text(item),
    incoming: incoming.map(({ from }) => text(from)),
    outgoing: outgoing.map(({ to }) => text(to)),
  };
}

async function answer(request: DriverRequest): Promise<unknown> {
  switch (request.do) {
    case 'open':
      await vscode.window.showTextDocument(vscode.Uri.file(request.path), { preview: false });
      return true;
    case 'hints':
      return hints(request.path);
    case 'lenses':
      return lenses(request.path);
    case 'hover':
      return hover(request.path, request.line, request.column);
    case 'diagnostics':
      return diagnostics(request.path);
    case 'actions':
      return actions(request.path, request.line, request.column);
    case 'hierarchy':
      return hierarchy(request.path, request.line, request.column);
    case 'select': {
      const editor = vscode.window.activeTextEditor;
      const place = new vscode.Position(request.line - 1, request.column - 1);
      if (editor !== undefined) editor.selection = new vscode.Selection(place, place);
      return editor !== undefined;
    }
    case 'run':
      await vscode.commands.executeCommand(request.command, ...request.arguments);
      return true;
    case 'commands':
      return (await vscode.commands.getCommands(true)).filter((id) => id.startsWith('hindcast.'));
    case 'clipboard':
      return vscode.env.clipboard.readText();
    case 'set':
      await vscode.workspace.getConfiguration().update(request.key, request.value, vscode.ConfigurationTarget.Global);
      return true;
    case 'api': {
      const extension = vscode.extensions.getExtension<{ activationMs: number; state(): unknown }>('hindcast.hindcast');
      return extension?.isActive
        ? {
            path: extension.extensionPath,
            activationMs: extension.exports.activationMs,
            state: extension.exports.state(),
          }
        : null;
    }
    case 'end':
      return true;
  }
}

/** Called by the editor; the tests end when it resolves. */
export function run(): Promise<void> {
  return new Promise((ended) => {
    const server = createServer((incoming, outgoing) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      incoming.on('end', () => {
        const request = JSON.parse(body) as DriverRequest;
        const reply = (content: object) => {
          outgoing.end(JSON.stringify(content), () => {
            if (request.do !== 'end') return;
            server.close(() => ended());
            server.closeAllConnections();
          });
        };
        answer(request).then(
          (value) => reply({ value }),
          (error: unknown) => reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
        );
      });
    });
    server.listen(0, '127.0.0.1', () => {
      writeFileSync(join(__dirname, 'port.txt'), String((server.address() as AddressInfo).port));
    });
  });
}
