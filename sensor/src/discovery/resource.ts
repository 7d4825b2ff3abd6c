import { readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import {
  DEPLOYMENT_ENVIRONMENT_NAME,
  HINDCAST_SDK,
  PROCESS_PID,
  PROCESS_RUNTIME_NAME,
  PROCESS_RUNTIME_VERSION,
  SERVICE_INSTANCE_ID,
  SERVICE_NAME,
  SERVICE_VERSION,
  TELEMETRY_SDK_LANGUAGE,
  TELEMETRY_SDK_NAME,
  TELEMETRY_SDK_VERSION,
  VCS_REF_HEAD_NAME,
  VCS_REF_HEAD_REVISION,
  VCS_REPOSITORY_URL_FULL,
} from '@hindcast/proto/semconv';
import { findUp } from './findUp.js';
import { publicRepositoryUrl, readGit } from './gitCommit.js';
import { readPairs } from './settings.js';

export type Resource = Readonly<Record<string, string | number>>;

export interface ProcessFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The entry script; undefined for `node -e` and the REPL. */
  readonly script: string | undefined;
  /** Where to look for package.json and .git: the entry script's directory, or the working directory. */
  readonly directory: string;
  readonly pid: number;
  readonly nodeVersion: string;
  readonly instanceId: string;
  readonly sensorVersion: string;
}

/** Where platforms and CI systems say which commit they run. */
export const revisionVariables = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'VERCEL_GIT_COMMIT_SHA',
  'RENDER_GIT_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'HEROKU_BUILD_COMMIT',
  'HEROKU_SLUG_COMMIT',
  'SOURCE_VERSION',
  'SOURCE_COMMIT',
  'COMMIT_REF',
  'CF_PAGES_COMMIT_SHA',
  'KOYEB_GIT_SHA',
  'BITBUCKET_COMMIT',
  'BUILDKITE_COMMIT',
  'CIRCLE_SHA1',
  'TRAVIS_COMMIT',
  'DRONE_COMMIT_SHA',
  'BUILD_SOURCEVERSION',
  'CODEBUILD_RESOLVED_SOURCE_VERSION',
  'GIT_COMMIT',
  'GIT_SHA',
  'COMMIT_SHA',
] as const;

/** Who reports. What `OTEL_*` says wins over `HINDCAST_*`, that over what is found; what is unknown is left out. */
export function describeResource(facts: ProcessFacts): Resource {
  const { env } = facts;
  const told = readPairs(env['OTEL_RESOURCE_ATTRIBUTES']);
  const { 'deployment.environment': oldEnvironment, ...attributes } = told;
  const manifest = readManifest(facts.directory);
  const git = readGit(facts.directory);
  const found: Record<string, string | number | undefined> = {
    [SERVICE_NAME]: undefined,
    [SERVICE_VERSION]: text(env['HINDCAST_SERVICE_VERSION'], manifest.version),
    [DEPLOYMENT_ENVIRONMENT_NAME]: text(oldEnvironment, env['HINDCAST_ENVIRONMENT'], env['NODE_ENV']),
    [VCS_REF_HEAD_REVISION]: text(
      env['HINDCAST_REVISION'],
      git.revision,
      ...revisionVariables.map((name) => env[name]).filter((value) => /^[0-9a-f]{7,64}$/.test(value ?? '')),
    ),
    [VCS_REF_HEAD_NAME]: git.branch,
    [VCS_REPOSITORY_URL_FULL]: text(env['HINDCAST_REPOSITORY_URL'], git.repositoryUrl),
    ...attributes,
    [SERVICE_INSTANCE_ID]: facts.instanceId,
    [PROCESS_PID]: facts.pid,
    [PROCESS_RUNTIME_NAME]: 'nodejs',
    [PROCESS_RUNTIME_VERSION]: facts.nodeVersion,
    [TELEMETRY_SDK_NAME]: HINDCAST_SDK,
    [TELEMETRY_SDK_LANGUAGE]: 'nodejs',
    [TELEMETRY_SDK_VERSION]: facts.sensorVersion,
  };
  found[SERVICE_NAME] = serviceName(facts, manifest.name);
  const url = found[VCS_REPOSITORY_URL_FULL];
  if (typeof url === 'string') found[VCS_REPOSITORY_URL_FULL] = publicRepositoryUrl(url);
  return Object.fromEntries(
    Object.entries(found).filter(
      (entry): entry is [string, string | number] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

/** `service.name` of the program: the same word that its numbers are reported under. */
export function serviceName(
  { env, script, directory }: Pick<ProcessFacts, 'env' | 'script' | 'directory'>,
  packageName = readManifest(directory).name,
): string {
  const found = text(
    env['OTEL_SERVICE_NAME'],
    readPairs(env['OTEL_RESOURCE_ATTRIBUTES'])[SERVICE_NAME],
    env['HINDCAST_SERVICE_NAME'],
    packageName,
    script === undefined ? undefined : basename(script, extname(script)),
  );
  return found ?? 'unknown_service:node';
}

function text(...candidates: (string | undefined)[]): string | undefined {
  return candidates
    .map((candidate) => candidate?.trim())
    .find((candidate) => candidate !== undefined && candidate !== '');
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/** The nearest package.json upwards that has a name. */
function readManifest(directory: string): Manifest {
  let manifest: Manifest = {};
  findUp(directory, (candidate) => {
    const { name, version } = parseManifest(join(candidate, 'package.json'));
    if (typeof name !== 'string' || name === '') return false;
    manifest = { name, ...(typeof version === 'string' ? { version } : {}) };
    return true;
  });
  return manifest;
}

function parseManifest(path: string): { name?: unknown; version?: unknown } {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

/** Where to look for a program's package and repository, given its entry script. */
export function startingDirectory(script: string | undefined, isDirectory: boolean, workingDirectory: string): string {
  // A tool out of node_modules (a framework's start command) runs the project that it was started in.
  if (script === undefined || /[\\/]node_modules[\\/]/.test(script)) return workingDirectory;
  return isDirectory ? script : dirname(script);
}
