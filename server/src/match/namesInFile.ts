import type { FunctionFacts } from '../collector/facts.js';
import type { SourceFunction } from '../source/sourceFunction.js';

/**
 * The names of reported functions as their file alone can tell them. Runtimes put before them what a file does not say: Python its
 * module, Go the path of the package, Rust the crate. All functions of a file have the same before them; where they do not, names
 * are left as they are.
 */
export function namesInFile(
  source: readonly SourceFunction[],
  deployed: readonly FunctionFacts[],
): ReadonlyMap<FunctionFacts, string> {
  const known = new Set(source.map(({ name }) => name));
  const prefixes = new Set<string>();
  for (const { id } of deployed) {
    if (known.has(id.name)) prefixes.add('');
    else {
      const prefix = prefixOf(id.name, known);
      if (prefix !== undefined) prefixes.add(prefix);
    }
  }
  const [prefix = '', another] = prefixes;
  const own = another === undefined ? prefix : '';
  return new Map(
    deployed.map((facts) => [facts, facts.id.name.startsWith(own) ? facts.id.name.slice(own.length) : facts.id.name]),
  );
}

/** What stands before the longest end of a name that is known, up to and with a separator. */
function prefixOf(name: string, known: ReadonlySet<string>): string | undefined {
  for (const { index } of name.matchAll(/::|[./\\]/g)) {
    const length = index + (name.startsWith('::', index) ? 2 : 1);
    if (known.has(name.slice(length))) return name.slice(0, length);
  }
  return undefined;
}
