// Random programs, bounded so that the stack never overflows: functions of many forms that call each other, loop, throw, close over things and await. Every function has a
// name of its own and stands on a line of its own, so that two observers can agree on which is which.
import fc from 'fast-check';

/** How one generated function is written. */
type Form =
  | 'declaration'
  | 'expression'
  | 'arrow'
  | 'arrowExpression'
  | 'async'
  | 'asyncArrow'
  | 'generator'
  | 'asyncGenerator'
  | 'method'
  | 'static'
  | 'getter'
  | 'private'
  | 'constructor'
  | 'derived'
  | 'defaultParameter'
  | 'closure'
  | 'strict'
  | 'getterOfObject';

const forms: Form[] = [
  'declaration',
  'expression',
  'arrow',
  'arrowExpression',
  'async',
  'asyncArrow',
  'generator',
  'asyncGenerator',
  'method',
  'static',
  'getter',
  'private',
  'constructor',
  'derived',
  'defaultParameter',
  'closure',
  'strict',
  'getterOfObject',
];

type Statement =
  | { kind: 'call'; target: number; argument: number }
  | { kind: 'loop'; times: number; body: Statement[] }
  | { kind: 'if'; modulo: number; then: Statement[]; otherwise: Statement[] }
  | { kind: 'try'; body: Statement[]; handler: Statement[]; finalizer: Statement[] }
  | { kind: 'throw'; modulo: number }
  | { kind: 'return'; modulo: number }
  | { kind: 'add'; value: number }
  | { kind: 'each'; target: number }
  | { kind: 'later'; target: number }
  | { kind: 'map'; target: number };

interface GeneratedFunction {
  form: Form;
  body: Statement[];
}

const { statements } = fc.letrec<{ statement: Statement; statements: Statement[] }>((tie) => ({
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('add' as const), value: fc.nat(9) }),
    fc.record({ kind: fc.constant('call' as const), target: fc.nat(30), argument: fc.nat(9) }),
    fc.record({ kind: fc.constant('each' as const), target: fc.nat(30) }),
    fc.record({ kind: fc.constant('later' as const), target: fc.nat(30) }),
    fc.record({ kind: fc.constant('map' as const), target: fc.nat(30) }),
    fc.record({ kind: fc.constant('throw' as const), modulo: fc.integer({ min: 2, max: 7 }) }),
    fc.record({ kind: fc.constant('return' as const), modulo: fc.integer({ min: 2, max: 7 }) }),
    fc.record({
      kind: fc.constant('loop' as const),
      times: fc.integer({ min: 1, max: 4 }),
      body: tie('statements'),
    }),
    fc.record({
      kind: fc.constant('if' as const),
      modulo: fc.integer({ min: 2, max: 4 }),
      then: tie('statements'),
      otherwise: tie('statements'),
    }),
    fc.record({
      kind: fc.constant('try' as const),
      body: tie('statements'),
      handler: tie('statements'),
      finalizer: tie('statements'),
    }),
  ),
  statements: fc.array(tie('statement'), { maxLength: 4 }),
}));

/** The name of a function that is called whenever the body of the function on the next line starts, and only then. */
export const MARKER = 'started';

/** A program as text: an ES module that prints what it did, its order included. */
export const randomProgram: fc.Arbitrary<string> = fc
  .array(fc.record({ form: fc.constantFrom(...forms), body: statements }), { minLength: 2, maxLength: 14 })
  .map(printProgram);

const prelude = `let steps = 0;
const out = [];
const pending = [];
const note = (text) => out.length < 4000 && out.push(text);
const spent = () => ++steps > 500;
const num = (v) => (v instanceof Promise ? (v.catch(String), 0) : +v || 0);
`;

const postlude = `
for (let n = 0; n < 6; n++) {
  try { note(String(await f0.call(undefined, n))); } catch (error) { note('x ' + error.message + error.stack.split('\\n')[1].replace(/:\\d+\\)?$/, '').replace(/.*[\\/]/, '')); }
}
for (let i = 0; i < pending.length; i++) note('p ' + (await pending[i]));
console.log(out.join('\\n'), steps);
`;

function printProgram(functions: GeneratedFunction[]): string {
  return prelude + functions.map((each, index) => printFunction(each, index, functions)).join('\n') + postlude;
}

function printFunction({ form, body }: GeneratedFunction, index: number, all: GeneratedFunction[]): string {
  const name = `f${index}`;
  const context = { index, all, isAsync: form.startsWith('async'), isGenerator: /generator/i.test(form) };
  // V8 counts every resumption of such a function as a call of it, so a plain function is called first thing in its body.
  const isResumed = context.isAsync || context.isGenerator;
  const marker = isResumed ? `const ${MARKER}${index} = () => 0;\n` : '';
  const inside = `${isResumed ? `${MARKER}${index}(); ` : ''}if (spent()) return n; let r = n;\n${printStatements(body, context)}\nreturn r;`;
  return (
    marker +
    printForm(
      form,
      name,
      index,
      inside,
      printStatements(body, { ...context, result: 'return' }),
      printExpression(body, context),
    )
  );
}

/** `inside` is the body of a function that returns, `insideConstructor` the same for one that does not, `expression` for an arrow. */
function printForm(
  form: Form,
  name: string,
  index: number,
  inside: string,
  insideConstructor: string,
  expression: string,
): string {
  switch (form) {
    case 'declaration':
      return `function ${name}(n) {\n${inside}\n}`;
    case 'expression':
      return `const ${name} = function (n) {\n${inside}\n};`;
    case 'strict':
      return `function ${name}(n) { 'use strict';\n${inside}\n}`;
    case 'arrow':
      return `const ${name} = (n) => {\n${inside}\n};`;
    case 'arrowExpression':
      return `const ${name} = (n) =>\n  spent() ? n : ${expression};`;
    case 'async':
      return `async function ${name}(n) {\n${inside}\n}`;
    case 'asyncArrow':
      return `const ${name} = async (n) => {\n${inside}\n};`;
    case 'generator':
      return `function* ${name}$(n) {\n${inside}\n}\nconst ${name} = (n) => { let s = 0; for (const v of ${name}$(n)) s += v; return s; };`;
    case 'asyncGenerator':
      return `async function* ${name}$(n) {\n${inside}\n}\nconst ${MARKER}${name} = () => 0;\nconst ${name} = async (n) => { ${MARKER}${name}(); let s = 0; for await (const v of ${name}$(n)) s += v; return s; };`;
    case 'method':
      return `class C${index} { constructor() {}\n  m(n) {\n${inside}\n}\n}\nconst ${name} = (n) => new C${index}().m(n);`;
    case 'static':
      return `class C${index} {\n  static m(n) {\n${inside}\n}\n}\nconst ${name} = (n) => C${index}.m(n);`;
    case 'private':
      return `class C${index} { constructor() {}\n  #p(n) {\n${inside}\n}\n  m(n) { return this.#p(n); }\n}\nconst ${name} = (n) => new C${index}().m(n);`;
    case 'getter':
      return `class C${index} { constructor() { this.n = 1; }\n  get g() { const n = this.n;\n${inside}\n}\n}\nconst ${name} = (n) => Object.assign(new C${index}(), { n }).g;`;
    case 'getterOfObject':
      return `const o${index} = { n: 1,\n  get g() { const n = this.n;\n${inside}\n} };\nconst ${name} = (n) => { o${index}.n = n; return o${index}.g; };`;
    case 'constructor':
      return `class C${index} { constructor(n) { this.r = n; if (spent()) return; let r = n;\n${insideConstructor}\nthis.r = r; }\n}\nconst ${name} = (n) => new C${index}(n).r;`;
    case 'derived':
      return `class B${index} { constructor() { this.r = 0; } }\nclass C${index} extends B${index} { constructor(n) { super(); if (spent()) return; let r = n;\n${insideConstructor}\nthis.r = r; }\n}\nconst ${name} = (n) => new C${index}(n).r;`;
    case 'defaultParameter':
      return `function ${name}(n, d = () => n + 1, { e = d() } = {}) {\n${inside.replace('let r = n', 'let r = n + e')}\n}`;
    case 'closure':
      return `const ${name} = ((k) => (n) => {\n${inside.replace('let r = n', 'let r = n + k++')}\n})(1);`;
  }
}

interface Context {
  index: number;
  all: GeneratedFunction[];
  isAsync: boolean;
  isGenerator: boolean;
  /** What a `return` statement in the body returns; `return` alone in constructors. */
  result?: string;
}

function printStatements(statements: Statement[], context: Context): string {
  return statements.map((statement) => printStatement(statement, context)).join('\n');
}

function printStatement(statement: Statement, context: Context): string {
  const inner = (statements: Statement[]) => printStatements(statements, context);
  const giveBack = context.result ?? 'return r';
  switch (statement.kind) {
    case 'add':
      return context.isGenerator ? `yield r; r += ${statement.value};` : `r += ${statement.value};`;
    case 'call':
      return `r += ${call(statement.target, `r % 5 + ${statement.argument % 3}`, context)} % 7 || 0;`;
    case 'each':
      return `for (const v of [1, 2]) { r += ${call(statement.target, 'v', context)} % 3 || 0; }`;
    case 'later':
      return `if (pending.length < 50) pending.push((async () => ${target(statement.target, context)}(r % 3))().catch((error) => error.message));`;
    case 'map':
      return `r += [1, 2, 3].map((v) => v + (spent() ? 0 : 1)).filter((v) => v % 2).reduce((a, v) => a + v, ${statement.target % 3});`;
    case 'throw':
      return `if (r % ${statement.modulo} === 1) throw new RangeError('e${context.index}');`;
    case 'return':
      return `if (r % ${statement.modulo} === 0) ${giveBack};`;
    case 'loop':
      return `for (let i = 0; i < ${statement.times}; i++) {\n${inner(statement.body)}\n}`;
    case 'if':
      return `if (r % ${statement.modulo} === 0) {\n${inner(statement.then)}\n} else {\n${inner(statement.otherwise)}\n}`;
    case 'try':
      return `try {\n${inner(statement.body)}\n} catch (error) {\nnote('c${context.index} ' + error.message);\n${inner(statement.handler)}\n} finally {\n${inner(statement.finalizer)}\n}`;
  }
}

function printExpression(body: Statement[], context: Context): string {
  const [first] = body;
  return first?.kind === 'call'
    ? `(n, ${call(first.target, 'n % 3', context)} % 9 || 0)`
    : `({ a: n }).a + ${body.length}`;
}

/** Any function may call any other, itself too: what ends it is the number of steps. */
function target(at: number, { all }: Context): string {
  return `f${at % all.length}`;
}

function call(at: number, argument: string, context: Context): string {
  const text = `${target(at, context)}(${argument})`;
  return context.isAsync ? `(await ${text})` : `num(${text})`;
}
