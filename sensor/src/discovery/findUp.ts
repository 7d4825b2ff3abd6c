import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest of `directory` and its parents that `accepts`; undefined when none does. */
export function findUp(directory: string, accepts: (directory: string) => boolean): string | undefined {
  for (let current = directory; ;) {
    if (accepts(current)) return current;
    const parent = dirname(current);
    if (parent === current) return undefined;
    current = parent;
  }
}

/** The nearest directory upwards that has an entry of that name. */
export function findUpEntry(directory: string, name: string): string | undefined {
  return findUp(directory, (candidate) => existsSync(join(candidate, name)));
}

/** The nearest directory upwards whose package.json has a name: those without one only say how files beneath are loaded. */
export function findNamedPackage(directory: string): string | undefined {
  return findUp(directory, (candidate) => {
    try {
      const { name } = JSON.parse(readFileSync(join(candidate, 'package.json'), 'utf8')) as { name?: unknown };
      return typeof name === 'string' && name !== '';
    } catch {
      return false;
    }
  });
}
