import { workspace } from 'vscode';
import type { Disposable, Uri } from 'vscode';
import { UNRESOLVED_SCHEME } from '@hindcast/proto/lspMessages';

/** Gives functions of other repositories a page that says where they are. */
export function registerUnresolvedFiles(): Disposable {
  return workspace.registerTextDocumentContentProvider(UNRESOLVED_SCHEME, {
    provideTextDocumentContent: unresolvedText,
  });
}

/** The page of one: plain text, for its names come from production. */
export function unresolvedText({ path }: Pick<Uri, 'path'>): string {
  const [service = '', ...file] = path
    .replace(/^\//, '')
    .split('/')
    .map((part) => decodeURIComponent(part));
  const place = file.join('/');
  return [
    `${place === '' ? 'This function' : place} of the service ${service} is not in this workspace.`,
    '',
    'Add the folder with its repository to the workspace to go there.',
    '',
  ].join('\n');
}
