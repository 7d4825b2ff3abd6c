import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Loads and activates the extension as an extension host does, with an editor of which every part does nothing; says how long it
 * was held up. What the editor itself adds is in the tests in the real workbench.
 */
const PROBE = `
const { Module } = require('node:module');
const nothing = () => new Proxy(function () {}, {
  get: (target, key) => key === Symbol.toPrimitive ? () => '' : key === 'then' ? undefined
    : key === Symbol.iterator ? function* () {} : key in target ? target[key] : (target[key] = nothing()),
  apply: () => nothing(),
  construct: () => nothing(),
});
const vscode = nothing();
class EventEmitter { event = () => ({ dispose() {} }); fire() {} dispose() {} }
Object.assign(vscode, { EventEmitter, Disposable: class { dispose() {} static from() { return new this(); } } });
const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));
const begun = performance.now();
const extension = require(process.argv[2]);
const context = { subscriptions: [], workspaceState: { get: () => undefined, update: async () => {} }, globalState: { get: () => undefined, update: async () => {} },
  secrets: { get: async () => undefined, onDidChange: () => ({ dispose() {} }) }, extensionPath: '/', asAbsolutePath: (path) => '/' + path,
  globalStorageUri: { fsPath: '/tmp' }, extensionUri: {}, environmentVariableCollection: nothing(), extension: nothing() };
extension.activate(context);
process.stdout.write(String(performance.now() - begun));
process.exit(0);
`;

/** The median of several fresh processes, milliseconds. */
export async function activationMs(root: string, repetitions: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'hindcast-activation-'));
  try {
    const probe = join(folder, 'probe.cjs');
    await writeFile(probe, PROBE);
    const taken = Array.from({ length: repetitions }, () =>
      Number(execFileSync(process.execPath, [probe, join(root, 'dist', 'extension.cjs')], { encoding: 'utf8' })),
    ).sort((a, b) => a - b);
    return taken[Math.floor(taken.length / 2)] ?? Number.NaN;
  } finally {
    await rm(folder, { recursive: true });
  }
}
