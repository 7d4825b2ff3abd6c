import { describe, expect, test } from 'vitest';
import type { DeployedFile } from '../collector/facts.js';
import { chooseDeployments, normaliseRepositoryUrl, type FileHints } from './chooseDeployments.js';

const MINUTE_MS = 60_000;

function file(
  service: string,
  about: { hash?: string; url?: string; version?: string; seen?: number; born?: number } = {},
): DeployedFile {
  return {
    deployment: {
      service,
      environment: '',
      version: about.version ?? '1',
      revision: '',
      repositoryUrl: about.url ?? '',
      instances: 1,
      firstSeenMs: about.born ?? 0,
      lastSeenMs: about.seen ?? 0,
      observedSeconds: 60,
      source: 'sensor',
    },
    filePath: 'src/index.js',
    contentHash: about.hash ?? '',
    notObservedReason: '',
    functions: [],
  };
}

/** `evidence: service version+others…`, or the kind when nothing was chosen. */
function choose(candidates: DeployedFile[], hints: FileHints = {}, service?: string): string[] {
  const choice = chooseDeployments(candidates, (hash) => hash === 'open', hints, service);
  if (choice.kind !== 'chosen') return [choice.kind];
  return choice.services.map(({ service: name, primary, others, evidence }) =>
    [`${evidence}: ${name}`, ...[primary, ...others].map(({ deployment }) => deployment.version)].join(' '),
  );
}

describe('who runs this file', () => {
  const url = 'https://git.example/team/shop.git';
  test.each<[string, DeployedFile[], FileHints, string | undefined, string[]]>([
    ['nobody', [], {}, undefined, ['unknown']],
    [
      'the same content wins',
      [file('a', { hash: 'open' }), file('b', { url })],
      { repositoryUrl: url },
      undefined,
      ['same-content: a 1'],
    ],
    [
      'all with the same content',
      [file('b', { hash: 'open' }), file('a', { hash: 'open' })],
      {},
      undefined,
      ['same-content: a 1', 'same-content: b 1'],
    ],
    [
      'then the same repository',
      [file('a'), file('b', { url })],
      { repositoryUrl: 'git@git.example:team/shop' },
      undefined,
      ['same-repository: b 1'],
    ],
    ['then the package name', [file('a'), file('b')], { packageName: 'b' }, undefined, ['package-name: b 1']],
    [
      'a scope of the package does not count',
      [file('a'), file('b')],
      { packageName: '@team/b' },
      undefined,
      ['package-name: b 1'],
    ],
    ['then the only service', [file('a')], { packageName: 'x' }, undefined, ['only-service: a 1']],
    ['several and no sign', [file('a'), file('b')], { packageName: 'x' }, undefined, ['ambiguous']],
    ['several and a choice', [file('a'), file('b')], {}, 'b', ['only-service: b 1']],
    [
      'another repository is another file',
      [file('a', { url: 'https://git.example/x' })],
      { repositoryUrl: url },
      undefined,
      ['unknown'],
    ],
    [
      'unless the content is the same',
      [file('a', { url: 'https://git.example/x', hash: 'open' })],
      { repositoryUrl: url },
      undefined,
      ['same-content: a 1'],
    ],
  ])('%s', (_, candidates, hints, service, expected) => {
    expect(choose(candidates, hints, service)).toEqual(expected);
  });

  test('the newest version is first, also when an older one runs the open text', () => {
    const candidates = [
      file('a', { version: 'old', hash: 'open', seen: 5 * MINUTE_MS }),
      file('a', { version: 'new', seen: 9 * MINUTE_MS }),
    ];
    expect(choose(candidates)).toEqual(['same-content: a new old']);
  });

  test('of two versions that are both alive the younger is first', () => {
    const candidates = [
      file('a', { version: 'old', born: 1, seen: 9 * MINUTE_MS + 2 }),
      file('a', { version: 'new', born: 2, seen: 9 * MINUTE_MS + 1 }),
    ];
    expect(choose(candidates)).toEqual(['only-service: a new old']);
  });

  test('a deployment that reported two such files counts once, with its best path', () => {
    expect(choose([file('a'), file('a')])).toEqual(['only-service: a 1']);
  });
});

test.each([
  'https://git.example/Team/Shop.git',
  'https://user:secret@git.example/team/shop',
  'ssh://git@git.example/team/shop.git/',
  'git@git.example:team/shop.git',
])('%s is git.example/team/shop', (url) => {
  expect(normaliseRepositoryUrl(url)).toBe('git.example/team/shop');
});
