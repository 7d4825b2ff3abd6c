import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { l10n, window, workspace } from 'vscode';
import type { CommandContext } from '../commands/commandContext.js';

const TIMEOUT_MS = 30_000;
const TARGETS = [
  { label: 'Most agents', detail: 'AGENTS.md, .mcp.json, .agents/skills', target: 'all' },
  { label: 'Claude Code', detail: 'CLAUDE.md, .mcp.json, .claude/skills, and a hook before edits', target: 'claude' },
  {
    label: 'GitHub Copilot',
    detail: '.github/copilot-instructions.md, .vscode/mcp.json, .github/skills',
    target: 'copilot',
  },
  { label: 'Cursor', detail: '.cursor/rules, .cursor/mcp.json', target: 'cursor' },
];

/** Tells the agents of a repository of production facts, as `hindcast agents add` does; says which files it wrote. */
export async function addAgentFiles({ client, extension }: CommandContext): Promise<void> {
  const folder =
    (workspace.workspaceFolders?.length ?? 0) > 1
      ? await window.showWorkspaceFolderPick({ placeHolder: l10n.t('Whose agents?') })
      : workspace.workspaceFolders?.[0];
  if (folder === undefined) return;
  const picked = await window.showQuickPick(TARGETS, {
    title: l10n.t('Hindcast: Add Production Facts for Agents to This Repository'),
    placeHolder: l10n.t('Writes into {0}. What is in the files already stays', folder.name),
  });
  if (!picked) return;
  const program = extension.asAbsolutePath('dist/hindcast.cjs');
  const args = [program, 'agents', 'add', '--for', picked.target, '--root', folder.uri.fsPath];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      timeout: TIMEOUT_MS,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    const lines = stdout.trim().split('\n');
    const written = lines.filter((line) => !line.startsWith('unchanged'));
    client.log.info(`hindcast agents add: ${lines.join('; ')}`);
    void window.showInformationMessage(
      written.length === 0
        ? l10n.t('Everything is up to date: no file was written.')
        : l10n.t('Written: {0}.', written.map((line) => line.replace(/^\S+\s+/, '')).join(', ')),
    );
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    client.log.error(`hindcast agents add failed: ${said}`);
    void window.showInformationMessage(said || l10n.t('The files could not be written; the log of Hindcast says why.'));
  }
}
