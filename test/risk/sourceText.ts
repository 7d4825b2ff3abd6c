import { posix } from 'node:path';
import type { Program, SimulatedFunction, Statement } from './program.js';

/** The program's files as TypeScript. */
export function sourceFiles(program: Program): Map<string, string> {
  const files = new Map<string, string>();
  for (const file of new Set(program.functions.map((it) => it.file))) {
    const own = program.functions.filter((it) => it.file === file);
    files.set(file, `${importsOf(own, program)}\n${own.map((it) => functionText(it, program)).join('\n')}`);
  }
  return files;
}

/** One function as it stands in its file. */
export function functionText(fn: SimulatedFunction, program: Program): string {
  const indent = program.indent.get(fn.file) ?? 2;
  const comment = fn.comment
    .split('\n')
    .map((line) => `// ${line}\n`)
    .join('');
  const lines = [
    `const out = begin(${fn.parameter});`,
    ...fn.body.flatMap((it) => linesOf(it, fn.parameter)),
    'return out;',
  ];
  const opening = `export async function ${fn.name}(${fn.parameter}: Input): Promise<Output> {`;
  return `${comment}${opening}\n${lines.map((line) => indented(line, indent)).join('\n')}\n}\n`;
}

/** Lines are made with two spaces for each level. */
function indented(line: string, indent: number): string {
  const level = 1 + (/^ */.exec(line)?.[0].length ?? 0) / 2;
  return ' '.repeat(level * indent) + line.trimStart();
}

function linesOf(statement: Statement, input: string): string[] {
  const { id } = statement;
  switch (statement.op) {
    case 'work':
      return [`out.total += ${input}.weight * ${id} + ${Math.round(statement.seconds * 1e6)};`];
    case 'wait':
      return [`await sleep(${Math.round(statement.seconds * 1000)});`];
    case 'call':
      return [`out.part${id} = await ${statement.fn}(${input});`];
    case 'remote':
      return [`out.part${id} = await fetch(\`\${base}/${statement.fn}\`, post(${input}));`];
    case 'ask':
      return [`out.part${id} = await ${asked(statement, input)};`];
    case 'send':
      return [`await ${statement.queue}Queue.publish(${input});`];
    case 'each':
      return [`for (const item${id} of ${input}.items) {`, ...inner(statement.body, `item${id}`), '}'];
    case 'all':
      return [
        'await Promise.all([',
        ...statement.calls.flatMap((it) => linesOf(it, input)).map((line) => `  ${bare(line)},`),
        ']);',
      ];
    case 'if':
      return [`if (${statement.isInverted ? '!' : ''}${input}.has(${id})) {`, ...inner(statement.body, input), '}'];
    case 'guard':
      return statement.isRefusal
        ? [`if (!${input}.field${id}) throw new BadRequest('field${id}');`]
        : [`if (!${input}.field${id}) return out;`];
    case 'breaks':
      return [];
    case 'throw':
      return [`if (${input}.limit < ${id}) throw new Error('limit ${id}');`];
    case 'cached':
      return [
        `const hit${id} = await cache.get(${input}.key);`,
        `if (hit${id}) return hit${id};`,
        ...statement.body.flatMap((it) => linesOf(it, input)),
        `await cache.set(${input}.key, out);`,
      ];
    case 'try':
      return ['try {', ...inner(statement.body, input), '} catch {', `  out.skipped = ${id};`, '}'];
    case 'log':
      return [`log.debug('at ${id}', ${input}.key);`];
  }
}

function asked({ kind, target, id, timeoutMs }: Extract<Statement, { op: 'ask' }>, input: string): string {
  const options = `{ timeoutMs: ${timeoutMs} }`;
  if (kind === 'database') return `${target}.query('select v from t${id} where k = $1', [${input}.key], ${options})`;
  if (kind === 'filesystem') return `fs.readFile(\`${target}/\${${input}.key}\`)`;
  return `fetch('https://${target}.example/t${id}', post(${input}, ${options}))`;
}

function inner(body: readonly Statement[], input: string): string[] {
  return body.flatMap((it) => linesOf(it, input)).map((line) => `  ${line}`);
}

/** The call of a line that stores what it answers. */
function bare(line: string): string {
  return line.replace(/^out\.\w+ = await /, '').replace(/;$/, '');
}

function importsOf(own: readonly SimulatedFunction[], program: Program): string {
  const text = own.map((it) => functionText(it, program)).join('\n');
  const names = program.functions.filter((it) => !own.includes(it) && text.includes(` ${it.name}(`));
  const databases = [...new Set(text.match(/\b\w+Db(?=\.query)/g))];
  return [
    `import { begin, cache, log, post, sleep, BadRequest, type Input, type Output } from '../../kit.js';`,
    ...(text.includes('fs.readFile') ? [`import fs from 'node:fs/promises';`] : []),
    ...databases.map((it) => `import { ${it} } from '../../databases.js';`),
    ...names.map((it) => `import { ${it.name} } from '${pathBetween(own[0]?.file ?? '', it.file)}';`),
    '',
  ].join('\n');
}

function pathBetween(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}
