import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@hindcast/core/logger';
import { isListening, isLoopback, parseAddress } from './address.js';

/** What is known about the collector that this window may run. */
export type EmbeddedState =
  /** Not wanted here: a setting, an untrusted workspace, or an address on another machine. */
  | { readonly kind: 'off'; readonly reason: string }
  /** Not looked yet. */
  | { readonly kind: 'idle' }
  /** Something already listens at the address: another window's collector, or one started by hand. */
  | { readonly kind: 'external' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly pid: number }
  /** Ended by a person; stays so until they start it again. */
  | { readonly kind: 'stopped' }
  /** Ended or never came up; the message is one sentence. */
  | { readonly kind: 'failed'; readonly message: string };

/** Where a collector listens, each `host:port`. */
export interface CollectorAddresses {
  readonly query: string;
  readonly otlpGrpc: string;
  readonly otlpHttp: string;
}

export interface EmbeddedCollectorOptions {
  /** Program to run the collector with, and the arguments before its own. */
  readonly command: readonly [string, ...string[]];
  /** File of its store; the folder is created. */
  readonly storePath: string;
  readonly logger: Logger;
  readonly onDidChange: (state: EmbeddedState) => void;
}

const PROBE_TIMEOUT_MS = 500;
const START_TIMEOUT_MS = 15_000;
const START_POLL_MS = 100;
const STOP_TIMEOUT_MS = 3_000;
const MAX_LINE_LENGTH = 400;

/**
 * A collector on loopback as a child process of this window, started only when nothing listens at the address yet. It ends with
 * the window: it is asked to stop on `dispose`, and it notices by itself when the channel to its parent closes.
 */
export class EmbeddedCollector {
  #state: EmbeddedState = { kind: 'idle' };
  #child: ChildProcess | undefined;
  #addresses: CollectorAddresses | undefined;
  /** One at a time: settings may change while a collector starts. */
  #pending = Promise.resolve();

  constructor(private readonly options: EmbeddedCollectorOptions) {}

  get state(): EmbeddedState {
    return this.#state;
  }

  /** Says that no collector is to be run here, and why; ends one that runs. */
  async turnOff(reason: string): Promise<void> {
    await this.#end();
    this.#set({ kind: 'off', reason });
  }

  /** Makes sure that something answers queries, starting a collector if need be. Never throws: see `state`. */
  ensure(addresses: CollectorAddresses): Promise<void> {
    this.#pending = this.#pending.then(() => this.#ensure(addresses));
    return this.#pending;
  }

  /** Ends the collector if it is ours; it stays down until `ensure` is called again. */
  async stop(): Promise<void> {
    await this.#end();
    this.#set({ kind: 'stopped' });
  }

  async dispose(): Promise<void> {
    await this.#end();
  }

  async #ensure(addresses: CollectorAddresses): Promise<void> {
    const address = addresses.query;
    const target = parseAddress(address);
    if (target === undefined) {
      this.#set({
        kind: 'failed',
        message: `"${address}" is not an address. Set hindcast.collector.address to host:port.`,
      });
      return;
    }
    if (this.#child !== undefined) {
      if (isDeepStrictEqual(this.#addresses, addresses)) return;
      await this.#end();
    }
    if (await isListening(target, PROBE_TIMEOUT_MS)) {
      this.#set({ kind: 'external' });
      return;
    }
    if (!isLoopback(target.host)) {
      this.#set({ kind: 'off', reason: `${address} is on another machine` });
      return;
    }
    this.#set({ kind: 'starting' });
    try {
      await mkdir(dirname(this.options.storePath), { recursive: true });
      const { child, lastLine, ended } = this.#spawn(addresses);
      const deadline = performance.now() + START_TIMEOUT_MS;
      while (this.#isCurrent(child) && performance.now() < deadline) {
        if (await isListening(target, PROBE_TIMEOUT_MS)) break;
        await Promise.race([delay(START_POLL_MS), ended]);
      }
      if (!this.#isCurrent(child)) {
        // A window that was faster took the port: its collector serves this one too.
        if (await isListening(target, PROBE_TIMEOUT_MS)) this.#set({ kind: 'external' });
      } else if (await isListening(target, PROBE_TIMEOUT_MS)) {
        this.#set({ kind: 'running', pid: child.pid ?? 0 });
      } else {
        await this.#end();
        this.#set({ kind: 'failed', message: lastLine() || 'The embedded collector did not start in time.' });
      }
    } catch (error) {
      this.#set({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  #spawn(addresses: CollectorAddresses): { child: ChildProcess; lastLine: () => string; ended: Promise<void> } {
    const { command, storePath, logger } = this.options;
    const [program, ...before] = command;
    const where = ['--query', addresses.query, '--otlp-grpc', addresses.otlpGrpc, '--otlp-http', addresses.otlpHttp];
    const child = spawn(program, [...before, 'collector', ...where, '--store', storePath], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      windowsHide: true,
    });
    this.#child = child;
    this.#addresses = addresses;
    let last = '';
    const listen = (chunk: string) => {
      for (const line of chunk.split('\n').filter((text) => text.trim() !== '')) {
        last = line.trim().slice(0, MAX_LINE_LENGTH);
        logger.info(`collector: ${last}`);
      }
    };
    child.stdout?.setEncoding('utf8').on('data', listen);
    child.stderr?.setEncoding('utf8').on('data', listen);
    const ended = new Promise<void>((resolve) => {
      const end = (what: string) => {
        resolve();
        if (!this.#isCurrent(child)) return;
        this.#child = undefined;
        this.#set({ kind: 'failed', message: last || `The embedded collector ${what}.` });
      };
      child.once('error', (error) => {
        last = error.message;
        end('could not be started');
      });
      child.once('close', (code, signal) => end(`ended with ${signal ?? `code ${String(code)}`}`));
    });
    return { child, lastLine: () => last, ended };
  }

  #isCurrent(child: ChildProcess): boolean {
    return this.#child === child;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
  }

  #set(state: EmbeddedState): void {
    this.#state = state;
    if (state.kind === 'failed') this.options.logger.warn(`embedded collector: ${state.message}`);
    this.options.onDidChange(state);
  }
}
