// `node test/bench/forms/forms.mjs [--seconds N]`: what each piece of injected code costs, on the functions of the micro app alone.
// All forms run in one process, each with its own copy of the functions, a batch of requests at a time and in random order.
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import vm from 'node:vm';
import { microBodies } from '../apps.mjs';
import { seededRandom, shuffled, summarise } from '../statistics.mjs';

const require = createRequire(import.meta.url);
const { analyseFile } = require('../../../sensor/dist/analyse.cjs');
const app = join(import.meta.dirname, '..', 'apps', 'micro');
const own = { root: app, sensorDirectory: import.meta.dirname };
const BATCH = 100;
const WARM_UP_BATCHES = 20;
const MAX_FUNCTIONS = 1 << 18;

const DUE = /\(\$hcC\[(#\d+#)\]\+\+-\$hcN\[#\d+#\]\|0\)>=0/;
const FINALLY = /finally\{[^}]*\}/;
const HANDLER = /catch\(\$hcE\)\{[^}]*\}/;

/** Form → what it makes of a piece of the sensor's own form; '' leaves the piece out. */
const forms = {
  bare: () => '',
  control: () => '',
  counter: (piece) => opening(piece, (id) => `$hcC[${id}]++;`, false),
  'empty catch': (piece) => opening(piece, (id) => `$hcC[${id}]++;`, true).replace(HANDLER, 'catch{}'),
  catch: (piece) => opening(piece, (id) => `$hcC[${id}]++;`, true),
  due: (piece) => opening(piece, (id) => `($hcC[${id}]++-$hcN[${id}]|0)>=0&&$hcS(${id});`, true),
  'due, compared': (piece) => opening(piece, (id) => `++$hcC[${id}]>$hcN[${id}]&&$hcS(${id});`, true),
  'due, masked': (piece) => opening(piece, (id) => `++$hcC[${id}]&1023||$hcS(${id});`, true),
  all: (piece) => piece,
};

/** The piece at the beginning of a body with another start; other pieces without `finally`, and without the end of what is not begun. */
function opening(piece, start, isGuarded) {
  const id = DUE.exec(piece)?.[1];
  if (id !== undefined) {
    const [brace] = /^[;{]*/.exec(piece);
    const guard = isGuarded && piece.includes('try{') ? 'try{' : '';
    return brace + start(id) + guard + (piece.includes('return ') ? 'return ' : '');
  }
  if (piece.includes('$hcR')) return '';
  if (!piece.includes('catch(')) return piece;
  return isGuarded ? piece.replace(FINALLY, '') : piece.endsWith('}}') ? '}' : '';
}

let nextId = 0;

/** The text of a file in one form. */
function inForm(text, file, rewrite) {
  const { recipe, functionCount } = analyseFile(text, file, 'commonjs', own);
  const firstId = nextId;
  nextId += functionCount;
  // Wrapped values close in the order in which they opened; those that a form leaves open it must not close.
  const isOpen = [];
  let code = '';
  let done = 0;
  recipe.pieces.forEach((marked, i) => {
    let piece = marked.replace('/*@hc*/', '').replace('/*hc@*/', '');
    let end = '';
    if (piece.startsWith('))')) {
      end = isOpen.pop() ? '))' : '';
      piece = piece.slice(2);
    }
    const rewritten = piece === '' ? '' : rewrite(piece);
    if (/\$hc[LR]\(/.test(piece)) isOpen.push(/\$hc[LR]\(/.test(rewritten));
    code +=
      text.slice(done, recipe.offsets[i]) + (end + rewritten).replace(/#(\d+)#/g, (_, id) => firstId + Number(id));
    done = recipe.offsets[i];
  });
  return code + text.slice(done);
}

/** The app's request handler, its functions in one form. */
function load(rewrite) {
  const modules = new Map();
  const requireFile = (file) => {
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const code = inForm(readFileSync(file, 'utf8'), file, rewrite);
    const requireFrom = (id) => (id.startsWith('.') ? requireFile(resolve(dirname(file), id)) : require(id));
    vm.compileFunction(code, ['exports', 'require', 'module'], { filename: file })(module.exports, requireFrom, module);
    return module.exports;
  };
  return requireFile(join(app, 'handler.js')).handle;
}

const bodies = microBodies().map((body) => Buffer.from(JSON.stringify(body)));

function request(handle, body) {
  return new Promise((done, fail) => {
    const incoming = Object.assign(new EventEmitter(), { method: 'POST', url: '/plan' });
    const writeHead = (status) => status === 200 || fail(new Error(`The app answered ${status}.`));
    handle(incoming, { writeHead, end: done });
    incoming.emit('data', body);
    incoming.emit('end');
  });
}

/** CPU microseconds for a request, everything that the process does included. */
async function batch(handle) {
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: BATCH }, (_, i) => request(handle, bodies[i % bodies.length])));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / BATCH;
}

/** Injected code at rest: no call is ever due. */
function defineProbes() {
  const nothing = () => {};
  const probes = {
    $hcC: new Int32Array(new SharedArrayBuffer(4 * MAX_FUNCTIONS)),
    $hcN: new Int32Array(new SharedArrayBuffer(4 * MAX_FUNCTIONS)).fill(0x3fffffff),
    $hcX: (id, error) => error,
    $hcL: (id, line, column, value) => value,
    $hcR: (id, token, value) => value,
    ...Object.fromEntries(['$hcS', '$hcB', '$hcF', '$hcA', '$hcG'].map((name) => [name, nothing])),
  };
  for (const [name, value] of Object.entries(probes)) Object.defineProperty(globalThis, name, { value });
}

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const random = seededRandom(Number(values.seed));
defineProbes();
const names = Object.keys(forms);
const handles = Object.fromEntries(shuffled(names, random).map((name) => [name, load(forms[name])]));
const ratios = Object.fromEntries(names.map((name) => [name, []]));
for (let i = 0; i < WARM_UP_BATCHES; i++) for (const name of names) await batch(handles[name]);
const end = performance.now() + Number(values.seconds) * 1_000;
while (performance.now() < end) {
  const cost = {};
  for (const name of shuffled(names, random)) cost[name] = await batch(handles[name]);
  for (const name of names) ratios[name].push(cost[name] / cost.bare);
}
for (const name of names) {
  const { median, p10, p90, n } = summarise(ratios[name]);
  process.stdout.write(`${name.padEnd(14)} ${median.toFixed(3)} (${p10.toFixed(2)}-${p90.toFixed(2)}), ${n} rounds\n`);
}
