// Types of layers.mjs for the tests.

export const mayImport: Record<string, readonly string[]>;
export const layers: readonly string[];
export const onlyModules: Record<string, Record<string, readonly string[]>>;
export const mayUsePackages: Record<string, readonly string[]>;
export const pureFolders: readonly string[];
export const editorFolders: readonly string[];
