/** A tool as package.json declares it for models. */
export interface ToolContribution {
  /** `hindcast_` and the name of the server's tool. */
  readonly name: string;
  readonly displayName: string;
  readonly modelDescription: string;
}

const PREFIX = 'hindcast_';

/** The tools of the extension's own manifest, which is generated from the server's table. */
export function contributedTools(manifest: unknown): readonly ToolContribution[] {
  const { contributes } = manifest as { contributes?: { languageModelTools?: readonly ToolContribution[] } };
  return contributes?.languageModelTools ?? [];
}

/** The server's name of a tool. */
export function serverName({ name }: ToolContribution): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}
