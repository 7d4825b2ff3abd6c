// From what a test runner printed to comparable facts: the state of every test by name.

/**
 * Reads test outcomes. `format`: `node` (nodeTestReporter.mjs), `tap` (TAP, one or more files, each after a line `# file NAME`),
 * `json` (an array of `{name, state}`), `bytes` (no tests: the output itself is the outcome).
 * Returns an array of `{name, state}`, `state` one of `pass | fail | skip | todo`; equal names are numbered in order.
 */
export function readOutcomes(format, stdout) {
  const read = { node: readNode, tap: readTap, json: (text) => lastJson(text), bytes: () => [] }[format];
  if (!read) throw new Error(`packages.json: unknown format "${format}"; use node, tap, json or bytes.`);
  const seen = new Map();
  return read(stdout).map(({ name, state }) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return { name: nth > 1 ? `${name} (${nth})` : name, state };
  });
}

function readNode(text) {
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf('@@outcome ');
    return at < 0 ? [] : [JSON.parse(line.slice(at + '@@outcome '.length))];
  });
}

function readTap(text) {
  let file = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('# file ')) file = line.slice('# file '.length);
    const found = /^\s*(not ok|ok)\b\s*\d*\s*(?:- )?(.*?)\s*(?:# (skip|todo)\b.*|# time=.*)?$/i.exec(line);
    if (!found) return [];
    const [, ok, name, directive] = found;
    return [{ name: `${file} ${name}`, state: directive?.toLowerCase() ?? (ok === 'ok' ? 'pass' : 'fail') }];
  });
}

function lastJson(text) {
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  return line.startsWith('[') ? JSON.parse(line) : [];
}

/**
 * How two runs differ, as lines for a person; empty when they are the same. Tests that `unsteady` names (they differ between
 * two bare runs) are not compared.
 */
export function differences(bare, sensor, unsteady = new Set()) {
  const lines = [];
  if (bare.exit !== sensor.exit) lines.push(`exit: ${bare.exit} bare, ${sensor.exit} with the sensor`);
  if (bare.format === 'bytes') {
    for (const stream of ['stdout', 'stderr']) {
      const line = firstDifference(bare[stream], sensor[stream]);
      if (line) lines.push(`${stream}: ${line}`);
    }
    return lines;
  }
  const before = new Map(bare.outcomes.map(({ name, state }) => [name, state]));
  const after = new Map(sensor.outcomes.map(({ name, state }) => [name, state]));
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(name) === after.get(name) || unsteady.has(name)) continue;
    lines.push(`${name}: ${before.get(name) ?? 'absent'} bare, ${after.get(name) ?? 'absent'} with the sensor`);
  }
  return lines;
}

function firstDifference(left, right) {
  if (left === right) return undefined;
  const a = left.split('\n');
  const b = right.split('\n');
  const at = a.findIndex((line, i) => line !== b[i]);
  const i = at < 0 ? a.length : at;
  return `line ${i + 1}: ${JSON.stringify(a[i]?.slice(0, 200) ?? 'end')} bare, ${JSON.stringify(b[i]?.slice(0, 200) ?? 'end')} with the sensor`;
}
