/** Where OpenTelemetry's and other agents' packages are resolved from, or why they are not there. */
export function ensurePeers(
  nodeMajor: number,
  log: (text: string) => void,
): Promise<
  | { readonly resolve: (name: string) => string; readonly versions: Readonly<Record<string, string>> }
  | { readonly missing: string }
>;
