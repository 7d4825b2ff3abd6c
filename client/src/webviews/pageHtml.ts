import type { PictureView } from '@hindcast/proto/webviewMessages';

/** Where the parts of a page are, as the webview reaches them. */
export interface PageSources {
  readonly script: string;
  readonly style: string;
  /** What the policy calls the extension's own files. */
  readonly cspSource: string;
}

/** The page of a picture: its own script and sheet and nothing else may run or load. */
export function pageHtml(view: PictureView, { script, style, cspSource }: PageSources, nonce: string): string {
  const policy = [`default-src 'none'`, `script-src 'nonce-${nonce}'`, `style-src ${cspSource}`].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${style}" />
    <title>Hindcast ${view}</title>
  </head>
  <body>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
