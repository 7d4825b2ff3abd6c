import { join } from 'node:path';
import { MAX_FILES_PER_REQUEST } from '../collector/collectorClient.js';
import type { DeployedFile } from '../collector/facts.js';
import type { Scope } from '../collector/scope.js';
import type { GitRepository } from '../git/gitRepository.js';
import type { FileHints } from '../match/chooseDeployments.js';
import { textKey, type DeployedText } from '../match/deployedText.js';
import { fileFacts, type FileFacts } from '../match/fileFacts.js';
import { contentHash } from '../source/contentHash.js';
import { findFileHints } from '../source/fileHints.js';
import type { Grammars } from '../source/grammars.js';
import type { ExposureSource } from './exposureSource.js';
import { parseText, type ParsedSide } from './parsedSide.js';

/** Deployed commits whose files are listed, and texts of one file that are read; the newest come first. */
const MAX_REVISIONS = 8;
const MAX_TEXTS_PER_FILE = 4;

/** Where production facts of files are read and joined. */
export interface FactsPlace {
  readonly source: ExposureSource;
  readonly repository: GitRepository;
  readonly grammars: Grammars;
  readonly scope: Scope;
}

/** What production says of these files, in their order: one question for 500 files, and one to git for all of their deployed texts. */
export async function deployedFacts(
  sides: readonly ParsedSide[],
  place: FactsPlace,
  signal?: AbortSignal,
): Promise<readonly FileFacts[]> {
  const { source, repository, scope } = place;
  const deployed: (readonly DeployedFile[])[] = [];
  for (let start = 0; start < sides.length; start += MAX_FILES_PER_REQUEST) {
    const asked = sides.slice(start, start + MAX_FILES_PER_REQUEST);
    const references = asked.map((side) => ({ path: join(repository.root, side.path), contentHash: side.contentHash }));
    deployed.push(...(await source.readOverlay(references, scope, { signal })).files);
  }
  const texts = await deployedTexts(sides, deployed, place);
  const hints = new Map<string, Promise<FileHints>>();
  return Promise.all(
    sides.map(async (side, index) => {
      const path = join(repository.root, side.path);
      const folder = side.path.slice(0, side.path.lastIndexOf('/') + 1);
      const known = hints.get(folder) ?? findFileHints(path);
      hints.set(folder, known);
      const { functions } = side.parsed;
      const text = { functions, contentHash: side.contentHash, parsed: side.parsed };
      return fileFacts(text, deployed[index] ?? [], await known, scope.service, texts[index]);
    }),
  );
}

/** Of each file the texts that deployments run, where the repository has them, by `textKey`. */
async function deployedTexts(
  sides: readonly ParsedSide[],
  deployed: readonly (readonly DeployedFile[])[],
  { repository, grammars }: FactsPlace,
): Promise<readonly ReadonlyMap<string, DeployedText>[]> {
  const wanted = sides.map((side, index) =>
    [...new Map((deployed[index] ?? []).map((file) => [textKey(file), file] as const))]
      .filter(([key]) => key !== ':' && key !== side.contentHash)
      .slice(0, MAX_TEXTS_PER_FILE),
  );
  const revisions = [...new Set(wanted.flat().map(([, { deployment }]) => deployment.revision))].slice(
    0,
    MAX_REVISIONS,
  );
  const trees = new Map<string, ReadonlyMap<string, string>>();
  for (const revision of revisions) {
    const commit = await repository.commit(revision);
    const files = commit === undefined ? undefined : await repository.files(commit);
    if (files) trees.set(revision, new Map(files.map(({ path, blob }) => [path, blob])));
  }
  const blobOf = (side: ParsedSide, file: DeployedFile) => {
    const tree = trees.get(file.deployment.revision);
    const inTree = tree?.get(side.path) ?? tree?.get(file.filePath);
    return { blob: file.contentHash === '' ? inTree : file.contentHash, isOfThisFile: inTree !== undefined };
  };
  const ids = sides.flatMap((side, index) =>
    (wanted[index] ?? []).flatMap(([, file]) => blobOf(side, file).blob ?? []),
  );
  const texts = ids.length === 0 ? new Map<string, string>() : await repository.blobs([...new Set(ids)].sort());
  return Promise.all(
    sides.map(async (side, index) => {
      const found = new Map<string, DeployedText>();
      for (const [key, file] of wanted[index] ?? []) {
        const { blob, isOfThisFile } = blobOf(side, file);
        const text = blob === undefined ? undefined : texts.get(blob);
        if (text === undefined) continue;
        const body = text.replace(/^\uFEFF/, '');
        const parsed = await parseText(grammars, { path: side.path, text: body, contentHash: contentHash(text) });
        if (!parsed) continue;
        parsed.source.close();
        found.set(key, { functions: parsed.parsed.functions, parsed: parsed.parsed, isOfThisFile });
      }
      return found;
    }),
  );
}
