import manifest from '../package.json' with { type: 'json' };

/** The version of the language server. */
export const VERSION: string = manifest.version;
