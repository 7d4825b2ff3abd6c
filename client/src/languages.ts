/** Language ids that the source index reads; also in `activationEvents` of the manifest. */
export const LANGUAGES = [
  'javascript',
  'javascriptreact',
  'typescript',
  'typescriptreact',
  'python',
  'java',
  'go',
  'csharp',
  'rust',
  'ruby',
  'php',
] as const;

/** Documents the extension is about. */
export const DOCUMENTS = LANGUAGES.map((language) => ({ scheme: 'file', language }));
