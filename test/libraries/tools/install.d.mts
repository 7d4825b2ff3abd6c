/** The folder with these libraries in its node_modules; throws with npm's words when they cannot be had. */
export function installLibraries(set: 'current' | 'previous'): string;
