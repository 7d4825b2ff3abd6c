/** Makes a folder a git repository of these files (path → text): the same files give the same commit, everywhere. */
export function commitSources(folder: string, sources: Readonly<Record<string, string>>): void;
