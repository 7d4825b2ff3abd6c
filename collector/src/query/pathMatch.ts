/**
 * The reported paths that match an asked one: the asked path itself and every end of it that begins after a '/'. Longest first.
 */
export function matchingPaths(asked: string): string[] {
  const path = asked.replaceAll('\\', '/');
  const paths = path === '' ? [] : [path];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const end = path.slice(slash + 1);
    if (end !== '') paths.push(end);
  }
  return paths;
}

/** Whether a reported path begins with this, or has it after a '/'. An empty prefix fits all. */
export function hasPathPrefix(path: string, prefix: string): boolean {
  const plain = prefix.replaceAll('\\', '/');
  return plain === '' || path.startsWith(plain) || path.includes(`/${plain}`);
}
