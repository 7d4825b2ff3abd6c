// Types of nodeBinaries.mjs for the tests.

export function nodeBinary(major: number): string | undefined;
