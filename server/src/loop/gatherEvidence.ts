import type { CriticalPath } from '../collector/criticalPath.js';
import type { CollectorClient, Scope } from '../collector/collectorClient.js';
import type { Deployment, EntryPointId } from '../collector/facts.js';
import type { Finding } from '../collector/findings.js';
import type { FunctionDetail } from '../collector/functionDetail.js';
import type { CaseEvidence, CasePlace, PathShare } from './caseFile.js';

const MAX_EXEMPLARS = 3;
const MAX_STEPS = 8;
const MAX_PARTS = 6;
const MAX_CALLEES = 10;
const WINDOW_SECONDS = 2 * 86_400;
/** Calls for each call that differ by less are the same. */
const DIFFERS = 0.1;

type Client = Pick<CollectorClient, 'getFunction' | 'getCriticalPath' | 'listExemplars'>;

/** What production shows around a finding. What it does not answer is left out. @throws CollectorClientError */
export async function gatherEvidence(
  finding: Finding,
  client: Client,
  signal?: AbortSignal,
): Promise<{ readonly evidence: CaseEvidence; readonly callees: readonly CasePlace[] }> {
  const { function: own, filePath, service, environment } = finding;
  const reference = own && { service, filePath, name: own.name, line: own.line, column: own.column };
  const scopeOf = (version: Deployment | undefined) => ({
    ...{ windowSeconds: WINDOW_SECONDS, service, environment },
    version: version?.version,
  });
  const scope = scopeOf(finding.after);
  const exemplars = await client.listExemplars(
    { function: reference, entryPoint: reference ? undefined : finding.entryPoint, limit: MAX_EXEMPLARS },
    scope,
    { signal },
  );
  const details = own
    ? ((
        await client.getFunction({ service, filePath, name: own.name }, { ...scope, version: undefined }, 1, { signal })
      )?.functions ?? [])
    : [];
  const of = (version: Deployment | undefined) =>
    onlyOne(
      details.filter((each) => isVersion(each, version)),
      own?.line,
    );
  const [before, after] = [of(finding.before), of(finding.after)];
  const entryPoint =
    finding.entryPoint ?? finding.affectedEntryPoints[0] ?? after?.facts.entryPoints[0]?.entryPoint ?? undefined;
  const callees = changedCallees(before, after);
  return {
    evidence: {
      exemplars: (exemplars ?? []).map(({ traceId, timeMs, durationSeconds, errorType, steps }) => ({
        ...{ traceId, seconds: durationSeconds, errorType },
        time: timeMs === undefined ? undefined : new Date(timeMs).toISOString(),
        steps: steps
          .slice(0, MAX_STEPS)
          .map((step) => ({ name: step.id.name, file: step.filePath, seconds: step.durationSeconds })),
      })),
      criticalPath: entryPoint && {
        entryPoint,
        before: await pathOf(entryPoint, scopeOf(finding.before), client, signal),
        after: await pathOf(entryPoint, scope, client, signal),
      },
      changedCallees: callees.map(({ name, file, before: was, after: is }) => ({ name, file, before: was, after: is })),
    },
    callees: callees.filter(({ line }) => line > 0),
  };
}

async function pathOf(
  entryPoint: EntryPointId,
  scope: Scope & { readonly service: string },
  client: Client,
  signal: AbortSignal | undefined,
): Promise<PathShare[]> {
  if (!scope.version) return [];
  const paths: readonly CriticalPath[] = (await client.getCriticalPath(entryPoint, scope, { signal })) ?? [];
  return (paths[0]?.parts ?? []).slice(0, MAX_PARTS).map((part) => ({
    name: part.id?.name ?? part.dependency?.target ?? part.calleeService,
    file: part.filePath,
    ...{ share: part.share, meanSelfSeconds: part.meanSelfSeconds },
  }));
}

function isVersion({ deployment }: FunctionDetail, version: Deployment | undefined): boolean {
  return deployment.version === version?.version && deployment.revision === version.revision;
}

/** Two functions of one name are told apart by the line where it fits; else it is not known which is meant. */
function onlyOne(details: readonly FunctionDetail[], line: number | undefined): FunctionDetail | undefined {
  const [only, another] = details;
  return another ? details.find(({ facts }) => facts.id.line === line) : only;
}

interface ChangedCallee extends CasePlace {
  readonly before: number;
  readonly after: number;
}

function changedCallees(before: FunctionDetail | undefined, after: FunctionDetail | undefined): ChangedCallee[] {
  if (!before || !after) return [];
  const [old, now] = [calleesOf(before), calleesOf(after)];
  const texts = [...new Set([...now.keys(), ...old.keys()])];
  return texts
    .flatMap((text): ChangedCallee[] => {
      const [was, is] = [old.get(text), now.get(text)];
      const place = is ?? was;
      if (!place || Math.abs((is?.perCall ?? 0) - (was?.perCall ?? 0)) < DIFFERS) return [];
      const { name, file, line } = place;
      return [{ name, file, line, before: was?.perCall ?? 0, after: is?.perCall ?? 0 }];
    })
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before))
    .slice(0, MAX_CALLEES);
}

/** Functions and dependencies; a dependency has no line. */
function calleesOf({ callees, facts }: FunctionDetail): Map<string, CasePlace & { readonly perCall: number }> {
  const calls = Math.max(1, facts.calls);
  return new Map([
    ...callees.map(({ id, filePath, calls: n }): [string, CasePlace & { perCall: number }] => [
      `${filePath}\0${id.name}`,
      { name: id.name, file: filePath, line: id.line, perCall: n / calls },
    ]),
    ...facts.dependencies.map(({ kind, target, calls: n }): [string, CasePlace & { perCall: number }] => [
      `${kind}\0${target}`,
      { name: `${kind} ${target}`, file: '', line: 0, perCall: n / calls },
    ]),
  ]);
}
