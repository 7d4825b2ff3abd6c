// What the drivers share. A driver is copied into the package's folder and exercises the package as if it were its application.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { types } from 'node:util';

export const appRoot = import.meta.dirname;
export const require = createRequire(join(appRoot, 'package.json'));

/** Prints one fact; long values as a digest, so that a difference is still seen and the output stays readable. */
export function say(label, value) {
  const text = typeof value === 'string' ? value : textOf(value);
  const shown = text.length > 300 ? `${text.length} ${createHash('sha1').update(text).digest('hex')}` : text;
  process.stdout.write(`${label}: ${shown}\n`);
}

/** An object that only looks like a Date has no JSON. */
function textOf(value) {
  try {
    return JSON.stringify(value, plain) ?? String(value);
  } catch (error) {
    return `no JSON: ${error.message}`;
  }
}

function plain(_key, value) {
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') return String(value);
  if (types.isRegExp(value)) return String(value);
  if (types.isMap(value) || types.isSet(value)) return [...value];
  return value;
}

/** Calls `act` and prints its result or what it threw, with the first line of the stack that is in a file of this folder. */
export async function attempt(label, act) {
  try {
    say(label, await act());
  } catch (error) {
    say(label, `threw ${error?.name}: ${error?.message}`);
  }
}

/** JavaScript sources to work on: files under the application's node_modules, in order of path, of a size that is no burden. */
export function sources({ limit, ending = /\.[cm]?js$/, under = 'node_modules', maxBytes = 60_000 }) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= limit) return;
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.')) walk(path);
      else if (entry.isFile() && ending.test(entry.name) && statSync(path).size <= maxBytes) found.push(path);
    }
  };
  walk(join(appRoot, under));
  return found.map((path) => ({ path: relative(appRoot, path), text: readFileSync(path, 'utf8') }));
}
