import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentHash } from '@hindcast/server/source/contentHash';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { startCollectorProgram, type RunningProgram } from '../cli/program.js';
import { escapesFromData, escapesFromMarkdown } from './fenceCheck.js';
import { hostileStrings } from './hostileStrings.js';
import { hostileTelemetry, sendJson } from './hostileTelemetry.js';
import { McpSession, type ToolAnswer } from './mcpClient.js';
import type { Question } from './question.js';
import { questionBank } from './questionBank.js';
import { changeQuestions } from './changeQuestions.js';
import { checkOut, readRecording, replay, type Recording } from './recording.js';
import { driftTraps, noDataTraps, sameNameTraps, staleTraps, unmatchedTraps } from './traps.js';
import { truthOf, type Truth } from './truth.js';

/** The tokenizer that figures are in. */
export const TOKENIZER = 'o200k_base (gpt-tokenizer 4.0.0)';

const HOURS_AGO_MS = 3 * 3600_000;

export interface Asked {
  readonly question: Question;
  readonly answer: ToolAnswer;
  /** Of the text that a model reads. */
  readonly tokens: number;
  readonly problems: readonly string[];
}

export interface Evaluation {
  readonly questions: readonly Asked[];
  readonly traps: readonly Asked[];
  /** Tokens of answers about one function each: as text, and as data. Ascending. */
  readonly sizes: readonly number[];
  readonly dataSizes: readonly number[];
  /** Median of raw telemetry over the answer, in tokens, for the same function. */
  readonly rawRatio: number;
  readonly toolDefinitionTokens: number;
  readonly injections: number;
  readonly escaped: readonly string[];
}

/** How much is asked. */
export interface Extent {
  readonly systems: readonly ('shop' | 'lending')[];
  /** Every so many-th hostile string. */
  readonly hostileStep: number;
}

export const wholeExtent: Extent = { systems: ['shop', 'lending'], hostileStep: 1 };

export async function evaluate(
  tell: (line: string) => void,
  { systems, hostileStep }: Extent = wholeExtent,
): Promise<Evaluation> {
  const questions: Asked[] = [];
  const traps: Asked[] = [];
  const sizes: number[] = [];
  const dataSizes: number[] = [];
  const ratios: number[] = [];
  let toolDefinitionTokens = 0;
  for (const name of systems) {
    const recording = readRecording(name);
    const truth = truthOf(recording);
    await withSystem(recording, Date.now(), async (session, root) => {
      toolDefinitionTokens = countTokens(JSON.stringify((await session.client.listTools()).tools));
      questions.push(...(await askAll(session, questionBank(truth, name))));
      traps.push(...(await askAll(session, [...unmatchedTraps(truth), ...sameNameTraps(truth)])));
      const measured = await measureSizes(session, truth, recording);
      sizes.push(...measured.sizes);
      dataSizes.push(...measured.dataSizes);
      ratios.push(...measured.ratios);
      questions.push(...(await askAll(session, changeQuestions(truth, root, name))));
      traps.push(...(await askAll(session, driftTraps(truth, root))));
    });
    tell(`${name}: asked`);
    if (name !== systems[0]) continue;
    await withSilentSystem(recording, async (session) => {
      traps.push(...(await askAll(session, staleTraps(truth))));
    });
    await withSystem({ ...recording, requests: [] }, Date.now(), async (session) => {
      traps.push(...(await askAll(session, noDataTraps(truth))));
    });
  }
  if (systems.length > 1) {
    const recording = readRecording('slowShop');
    await withSystem(recording, Date.now(), async (session) => {
      const measured = await measureSizes(session, truthOf(recording), recording);
      sizes.push(...measured.sizes);
      dataSizes.push(...measured.dataSizes);
    });
  }
  const hostile = hostileStrings().filter((_, index) => index % hostileStep === 0);
  const escaped = await injections(hostile, tell);
  return {
    questions,
    traps,
    sizes: sizes.sort((a, b) => a - b),
    dataSizes: dataSizes.sort((a, b) => a - b),
    rawRatio: quantile(
      ratios.sort((a, b) => a - b),
      0.5,
    ),
    toolDefinitionTokens,
    injections: hostile.length,
    escaped,
  };
}

export async function askAll(session: McpSession, questions: readonly Question[]): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const question of questions) {
    const answer = await session.ask(question.tool, question.input);
    asked.push({ question, answer, tokens: countTokens(answer.text), problems: question.check(answer) });
  }
  return asked;
}

/** A collector that has heard a recording, its repository, and an agent's session with both. */
export async function withSystem(
  recording: Recording,
  endsMs: number,
  work: (session: McpSession, root: string, collector: RunningProgram) => Promise<void>,
  store = 'memory',
): Promise<void> {
  const collector = await startCollectorProgram(store);
  const checkout = checkOut(recording);
  let session: McpSession | undefined;
  try {
    await replay(recording, collector.otlpGrpc, endsMs);
    session = await McpSession.start(checkout.root, collector.query);
    await work(session, checkout.root, collector);
  } finally {
    await session?.close();
    await collector.end();
    checkout.remove();
  }
}

/** The clock of a process, hours ago: what it hears, it heard then. */
const CLOCK_BEHIND = `data:text/javascript,${encodeURIComponent(
  `const now = Date.now; Date.now = () => now() - ${HOURS_AGO_MS};`,
)}`;

/** A system that went silent hours ago: its collector heard it then, and was started anew since. */
async function withSilentSystem(
  recording: Recording,
  work: (session: McpSession, root: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-silent-'));
  const store = join(folder, 'store.db');
  try {
    const then = await startCollectorProgram(store, { NODE_OPTIONS: `--import ${CLOCK_BEHIND}` });
    try {
      await replay(recording, then.otlpGrpc, Date.now() - HOURS_AGO_MS);
    } finally {
      await then.end();
    }
    await withSystem({ ...recording, requests: [] }, Date.now(), work, store);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the answer about each function costs, and what its telemetry would. */
async function measureSizes(
  session: McpSession,
  truth: Truth,
  recording: Recording,
): Promise<{ sizes: number[]; dataSizes: number[]; ratios: number[] }> {
  const sizes: number[] = [];
  const dataSizes: number[] = [];
  const ratios: number[] = [];
  const raw = rawTokens(truth, recording);
  for (const own of truth.functions.slice(0, 200)) {
    const { text, structured } = await session.ask('get_runtime_context', { functions: [`${own.path}:${own.line}`] });
    const tokens = countTokens(text);
    sizes.push(tokens);
    dataSizes.push(countTokens(JSON.stringify(structured)));
    if (own.calls > 0) ratios.push((raw.get(own) ?? 0) / tokens);
  }
  return { sizes, dataSizes, ratios };
}

/** Tokens of a function's sums as JSON, one point for each interval that it ran in: what its telemetry says of it. */
function rawTokens(truth: Truth, recording: Recording): Map<unknown, number> {
  const intervals = recording.requests.filter(({ signal }) => signal === 'metrics').length / 4;
  return new Map(
    truth.functions.map((own) => {
      const point = JSON.stringify({
        attributes: {
          'code.function.name': own.name,
          'code.file.path': own.path,
          'code.line.number': own.line,
          'code.column.number': own.column,
        },
        startTimeUnixNano: String(recording.endedMs * 1e6),
        timeUnixNano: String(recording.endedMs * 1e6),
        asInt: String(own.calls),
      });
      const points = 2 + own.errors.size + own.callers.size * 2 + own.entryPoints.size + own.dependencies.size;
      return [own, countTokens(point) * points * Math.min(intervals, Math.max(1, own.calls))];
    }),
  );
}

/** Sends every hostile string in every place and looks at everything that a model or a person could be shown. */
async function injections(hostile: ReturnType<typeof hostileStrings>, tell: (line: string) => void): Promise<string[]> {
  const canaries = hostile.map(({ canary }) => canary);
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-hostile-')));
  const collector = await startCollectorProgram();
  const escaped: string[] = [];
  try {
    mkdirSync(join(root, 'src'));
    for (const [index, each] of hostile.entries()) {
      const text = `function victim${index}() {\n  return ${index};\n}\n`;
      const path = `src/victim${index}.js`;
      writeFileSync(join(root, path), text);
      const victim = { path, name: `victim${index}`, line: 1, column: 10, contentHash: contentHash(text) };
      for (const request of hostileTelemetry(each, victim, Date.now())) await sendJson(collector.otlpHttp, request);
    }
    const session = await McpSession.start(root, collector.query);
    try {
      const { client } = session;
      const lists = [
        await client.listTools(),
        await client.listResources(),
        await client.listResourceTemplates(),
        await client.listPrompts(),
      ];
      for (const canary of canaries) if (JSON.stringify(lists).includes(canary)) escaped.push(`listed: ${canary}`);
      const look = (where: string, answer: ToolAnswer) => {
        const problems = [
          ...escapesFromMarkdown(answer.text, canaries),
          ...escapesFromData(answer.structured, canaries),
        ];
        escaped.push(...problems.map((problem) => `${where}: ${problem}`));
        return canaries.some((canary) => answer.text.includes(canary));
      };
      let seen = 0;
      for (const [index, each] of hostile.entries()) {
        const where = `${each.place} ${JSON.stringify(each.text).slice(0, 60)}`;
        const shown = [
          look(
            where,
            await session.ask('get_runtime_context', { functions: [`src/victim${index}.js:victim${index}`] }),
          ),
          look(where, await session.ask('trace_function', { function: `victim${index}` })),
        ];
        if (shown.some(Boolean)) seen++;
        look(where, await session.ask('find_functions', { by: 'hot', text: each.text.slice(0, 1000) }));
        look(where, await session.ask('find_functions', { by: 'critical', entryPoint: each.text.slice(0, 1000) }));
        look(where, await session.ask('get_runtime_context', { functions: [each.text.slice(0, 1000)] }));
      }
      for (const by of ['hot', 'failing', 'slow', 'time', 'never_ran']) {
        look(by, await session.ask('find_functions', { by, limit: 50, maxTokens: 8000 }));
      }
      look('regressions', await session.ask('list_regressions', {}));
      tell(`${hostile.length} hostile strings, ${seen} of them shown`);
      if (seen < hostile.length / 2)
        escaped.push(`only ${seen} hostile strings were shown: the suite looks at nothing`);
    } finally {
      await session.close();
    }
  } finally {
    await collector.end();
    rmSync(root, { recursive: true, force: true });
  }
  return escaped;
}

/** Nearest rank of a sorted list. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

export function figures(result: Evaluation) {
  const wrong = (asked: readonly Asked[]) => asked.filter(({ problems }) => problems.length > 0).length;
  return {
    questions: result.questions.length,
    correct: result.questions.length - wrong(result.questions),
    traps: result.traps.length,
    trapsFailed: wrong(result.traps),
    medianTokens: quantile(result.sizes, 0.5),
    p99Tokens: quantile(result.sizes, 0.99),
    medianDataTokens: quantile(result.dataSizes, 0.5),
    p99DataTokens: quantile(result.dataSizes, 0.99),
    functions: result.sizes.length,
    rawTelemetryRatio: Number(result.rawRatio.toPrecision(3)),
    toolDefinitionTokens: result.toolDefinitionTokens,
    injections: result.injections,
    escaped: result.escaped.length,
    tokenizer: TOKENIZER,
  };
}
