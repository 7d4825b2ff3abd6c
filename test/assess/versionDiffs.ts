import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import type { Assessment } from '@hindcast/core/assess/assessment';
import * as semconv from '@hindcast/proto/semconv';
import { assess } from '@hindcast/server/change/assess';
import { assessmentJson } from '@hindcast/server/change/assessmentJson';
import { applyPolicy, NO_POLICY } from '@hindcast/server/change/policy';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { contentHash } from '@hindcast/server/source/contentHash';
import { Grammars } from '@hindcast/server/source/grammars';
import { languageOfPath } from '@hindcast/server/source/languages';
import { SourceFile } from '@hindcast/server/source/sourceFile';
import { GitHistory, type Files } from '../drift/gitHistory.js';
import { codeAttributes, declarationRequest, sumsRequest } from '../integration/collectorClient.js';
import { closeCollector, openCollector } from '../integration/testCollector.js';

const MINUTE_MS = 60_000;
const service = { name: 'synthetic' };
const entry = { [semconv.ENTRY_KIND]: 'http', [semconv.ENTRY_NAME]: 'GET /' };
const grammars = new Grammars();

/** What came out of assessing one version against the one before it. */
export interface DiffResult {
  readonly title: string;
  readonly filesChanged: number;
  readonly functions: number;
  readonly ran: number;
  /** Of the second of two runs. */
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[];
}

/** Commits versions one after the other, puts synthetic traffic on each older one, and assesses the newer against it, twice. */
export async function assessVersions(
  title: string,
  versions: readonly (readonly [version: string, files: Files])[],
): Promise<DiffResult[]> {
  const history = new GitHistory();
  const results: DiffResult[] = [];
  try {
    let before: { version: string; commit: string; files: Files } | undefined;
    for (const [version, files] of versions) {
      const commit = history.commit(files, version);
      if (before) {
        const result = await assessPair(history, before.commit, commit, before.files);
        results.push({ title: `${title} ${before.version} → ${version}`, ...result });
      }
      before = { version, commit, files };
    }
  } finally {
    history.remove();
  }
  return results;
}

async function assessPair(
  history: GitHistory,
  base: string,
  head: string,
  files: Files,
): Promise<Omit<DiffResult, 'title'>> {
  const collector = await openCollector();
  const client = new CollectorClient(collector.running.addresses.query);
  try {
    const rates = await report(files, (signal, bytes) => collector.otlp.export(signal, bytes));
    const run = () =>
      assess(
        { folder: history.folder, base, head, scope: { windowSeconds: 3600 } },
        { exposure: client, grammars: new Grammars() },
      );
    const first = await run();
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    const second = await run();
    const used = process.cpuUsage(cpu);
    return {
      filesChanged: second.filesChanged,
      functions: second.functions.length,
      ran: second.functions.filter(({ exposure }) => exposure.state === 'ran').length,
      milliseconds: performance.now() - started,
      cpuMilliseconds: (used.user + used.system) / 1000,
      problems: [
        ...(printed(first) === printed(second) ? [] : ['the same question gave other bytes']),
        ...rateProblems(second, rates),
        ...unmatchedProblems(second, history, base, head),
      ],
    };
  } finally {
    client.close();
    await closeCollector(collector);
  }
}

function printed(assessment: Assessment): string {
  return assessmentJson(assessment, applyPolicy(NO_POLICY, assessment));
}

/** Reports one minute of calls of every function; `file name line` → calls. */
async function report(
  files: Files,
  send: (signal: 'logs' | 'metrics', bytes: Uint8Array) => Promise<unknown>,
): Promise<ReadonlyMap<string, number>> {
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const rates = new Map<string, number>();
  const calls: [Record<string, string | number>, number][] = [];
  for (const [path, text] of files) {
    const language = languageOfPath(path);
    if (!language) continue;
    const source = await SourceFile.open(grammars, language, text);
    const { functions } = source;
    source.close();
    if (functions.length === 0) continue;
    await send('logs', declarationRequest(service, path, contentHash(text), functions));
    for (const own of functions) {
      const count = callsOf(`${path} ${own.name} ${own.line} ${own.column}`);
      rates.set(`${path} ${own.name} ${own.line}`, (rates.get(`${path} ${own.name} ${own.line}`) ?? 0) + count);
      if (count > 0) calls.push([codeAttributes(path, own), count]);
    }
  }
  const sums = {
    [semconv.METRIC_FUNCTION_CALLS]: calls,
    [semconv.METRIC_EDGE_CALLS]: calls,
    [semconv.METRIC_FUNCTION_ENTRIES]: calls.map(([own, count]) => [{ ...own, ...entry }, count] as const),
  };
  await send('metrics', sumsRequest(service, now - MINUTE_MS, now - 1, sums));
  return rates;
}

/** The same for the same place: a quarter never runs, the others up to some ten thousand times. */
function callsOf(place: string): number {
  const number = createHash('sha1').update(place).digest().readUInt32BE(0);
  return number % 4 === 0 ? 0 : Math.round(10 ** ((number % 1000) / 220));
}

/** Every function that was there has the traffic of its place in the older text, and no other's. */
function rateProblems({ functions }: Assessment, rates: ReadonlyMap<string, number>): string[] {
  return functions.flatMap(({ was, name, file, exposure }) => {
    if (!was) return exposure.callsPerMinute === 0 ? [] : [`${file}:${name} is new and has traffic`];
    const expected = rates.get(`${was.file} ${was.name} ${was.line}`);
    const isRight = expected !== undefined && Math.abs(exposure.callsPerMinute - expected) <= 1e-6 * expected;
    // Several functions of one name on one line have been added up above.
    return isRight || exposure.callsPerMinute < (expected ?? 0)
      ? []
      : [`${file}:${name} has ${exposure.callsPerMinute}/min, not ${expected ?? 'none'}`];
  });
}

/** Every file that git says differs is told of: by a function, as unmatched, or because it differs in what runs nothing. */
function unmatchedProblems(
  { unmatched, filesChanged }: Assessment,
  history: GitHistory,
  base: string,
  head: string,
): string[] {
  const output = execFileSync('git', ['-C', history.folder, 'diff', '--name-only', '-z', '--no-renames', base, head]);
  const differing = output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
  const unread = new Set(differing.filter((path) => !languageOfPath(path)));
  const said = new Set(unmatched.filter(({ reason }) => /language/.test(reason)).map(({ file }) => file));
  const known = new Set(differing);
  return [
    ...[...unread].filter((path) => !said.has(path)).map((path) => `${path} is not said to be unread`),
    ...[...said].filter((path) => !unread.has(path)).map((path) => `${path} is said to be unread`),
    ...unmatched.filter(({ file }) => !known.has(file)).map(({ file }) => `${file} does not differ`),
    ...(filesChanged <= differing.length ? [] : [`${filesChanged} files, not ${differing.length}`]),
  ];
}
