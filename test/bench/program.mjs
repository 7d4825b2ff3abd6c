// One program under measurement, in a process of its own, with a control channel beside what it does.
import { spawn } from 'node:child_process';

const START_DEADLINE_MS = 90_000;
const ANSWER_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 10_000;

/** Settings of the shell that runs the bench must not reach the programs. */
function cleanEnv() {
  const own = /^(NODE_OPTIONS|NODE_V8_COVERAGE|OTEL_|DD_|HINDCAST_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

function withDeadline(promise, milliseconds, what) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} within ${milliseconds / 1000} s.`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * Starts a program and waits until it says that it is ready. Gives `details` (what it said), `startupMs` (spawn to ready),
 * `ask(what)` and `stop()`, which lets it flush and ends it.
 * @throws Error with the program's last words when it does not start.
 */
export async function startProgram({ node, execArgv, env, main, args = [], cwd }) {
  const startedAt = performance.now();
  const child = spawn(node, [...execArgv, main, ...args], {
    cwd,
    env: { ...cleanEnv(), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let lastWords = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (lastWords = (lastWords + text).slice(-2_000)));
  const waiting = new Map();
  let nextId = 1;
  let readyAt = 0;
  const exited = new Promise((done) => child.once('exit', done));
  const ready = new Promise((done, fail) => {
    child.on('message', (message) => {
      if (message.ready) {
        readyAt = performance.now();
        done(message);
      } else {
        waiting.get(message.id)?.(message);
        waiting.delete(message.id);
      }
    });
    child.once('error', fail);
    exited.then((code) => fail(new Error(`The program ended with ${code}.\n${lastWords}`)));
  });
  const ended = exited.then((code) => Promise.reject(new Error(`The program ended with ${code}.\n${lastWords}`)));
  ended.catch(() => {});
  const ask = (what) => {
    const id = nextId++;
    const answer = new Promise((done) => waiting.set(id, done));
    child.send({ ask: what, id });
    return withDeadline(Promise.race([answer, ended]), ANSWER_DEADLINE_MS, `The program did not answer "${what}"`);
  };
  const stop = async () => {
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await exited;
    clearTimeout(timer);
  };
  try {
    const details = await withDeadline(ready, START_DEADLINE_MS, 'The program was not ready');
    return { details, startupMs: readyAt - startedAt, ask, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
