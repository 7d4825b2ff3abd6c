/** The folder with the tools in it; throws with npm's words when they cannot be had. */
export function installTools(): string;
