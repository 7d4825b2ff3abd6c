import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const KEEP_LINES = 30;
const TERM_MS = 4_000;

/** Everything the demo starts. Each process is the head of a group of its own, so that ending it ends what it started. */
export class Processes {
  #running = new Map();
  #stopping = false;
  #watchdog;
  #onUnexpectedExit;

  /**
   * `onUnexpectedExit(name, code, lastLines)` is called when a process ends that should not have. `scratch` is the folder that
   * is removed with the processes when this one is killed.
   */
  constructor(scratch, onUnexpectedExit) {
    this.#onUnexpectedExit = onUnexpectedExit;
    this.#watchdog = spawn(process.execPath, [join(import.meta.dirname, 'watchdog.mjs'), scratch], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#watchdog.stdin.on('error', () => {});
    process.on('exit', () => this.killAll());
  }

  /**
   * Starts `node ...args`. Returns its pid, `line(pattern)`, which resolves with the match of the first line of output that
   * matches, and `exited`. A process with `mayEnd` is expected to end by itself.
   */
  startNode(name, args, { cwd, env, mayEnd = false }) {
    const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#watchdog.stdin.write(`+${child.pid}\n`);
    const output = new Output(child);
    const exited = new Promise((done) => {
      child.once('close', (code, signal) => {
        this.#running.delete(name);
        this.#watchdog.stdin.write(`-${child.pid}\n`);
        if (!this.#stopping && !(mayEnd && code === 0)) this.#onUnexpectedExit(name, code ?? signal, output.lastLines);
        done();
      });
    });
    this.#running.set(name, { pid: child.pid, exited });
    return { pid: child.pid, exited, line: (pattern, timeoutMs) => output.line(name, pattern, timeoutMs, exited) };
  }

  /** Ends these processes, one after the other, by SIGTERM and after four seconds by SIGKILL. */
  async stop(names) {
    this.#stopping = true;
    await Promise.all(names.map((name) => this.#end(name)));
  }

  async #end(name) {
    const running = this.#running.get(name);
    if (!running) return;
    signalGroup(running.pid, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(running.pid, 'SIGKILL'), TERM_MS);
    await running.exited;
    clearTimeout(timer);
    signalGroup(running.pid, 'SIGKILL');
  }

  /** Ends everything at once. */
  killAll() {
    this.#stopping = true;
    for (const { pid } of this.#running.values()) signalGroup(pid, 'SIGKILL');
    this.#watchdog.stdin.end();
  }
}

/** What a process printed lately, and a way to wait for a line of it. */
class Output {
  lastLines = [];
  #waiting = new Set();

  constructor(child) {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#take(line));
    }
  }

  #take(line) {
    this.lastLines.push(line);
    if (this.lastLines.length > KEEP_LINES) this.lastLines.shift();
    for (const look of this.#waiting) look(line);
  }

  line(name, pattern, timeoutMs, exited) {
    const earlier = this.lastLines.map((line) => pattern.exec(line)).find(Boolean);
    if (earlier) return Promise.resolve(earlier);
    return new Promise((done, fail) => {
      const look = (line) => {
        const match = pattern.exec(line);
        if (match) settle(() => done(match));
      };
      const giveUp = (why) => settle(() => fail(new Error(`${name} ${why}\n${this.lastLines.join('\n')}`)));
      const timer = setTimeout(() => giveUp(`was not ready after ${timeoutMs / 1000} s`), timeoutMs);
      const settle = (act) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      this.#waiting.add(look);
      void exited.then(() => giveUp('ended before it was ready'));
    });
  }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Already gone.
  }
}
