import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Whether the traces that other projects published lie beside the repository, in ../shared/data; says so when they do not. */
export const hasPublicData = existsSync(folder);
if (!hasPublicData) {
  process.stdout.write(
    'SKIPPED: no public traces in ../shared/data beside the repository; nothing was compared with them.\n',
  );
}

/** The files of one source, by name; none where there is no data. */
export function publicFiles(source: 'crisp' | 'zipkin' | 'nezha', extension: '.json' | '.csv'): string[] {
  if (!hasPublicData) return [];
  return readdirSync(`${folder}${source}`)
    .filter((name) => name.endsWith(extension))
    .sort();
}

export function publicText(source: 'crisp' | 'zipkin' | 'nezha', name: string): string {
  return readFileSync(`${folder}${source}/${name}`, 'utf8');
}
