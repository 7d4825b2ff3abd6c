// What the runs of packages.mjs amount to, as a word and as a table.

/** One word or phrase for a result: only `identical` is good. */
export function verdictOf({ differences, functions, functionsCalled, tests, kind, outputBytes, steady }) {
  if (differences.length > 0) return steady ? 'different' : 'different, but not steady without the sensor either';
  if (functions === 0 || functionsCalled === 0) return 'not instrumented';
  if (kind === 'tests' ? tests === 0 : outputBytes === 0) return 'nothing to compare';
  return 'identical';
}

const HEAD = [
  '| package | Node | compared | outcome | functions (called) | calls | s bare → sensor |',
  '|---|---|---|---|---|---|---|',
];

/** A Markdown table, one row per package and Node. */
export function markdownTable(results) {
  return [...HEAD, ...results.map(tableRow)].join('\n');
}

function tableRow(r) {
  const compared =
    r.kind === 'tests'
      ? `${r.tests} tests (${r.passed} pass, ${r.failedBare} fail, ${r.skipped} skip${r.unsteady > 0 ? `; ${r.unsteady} unsteady, left out` : ''})`
      : `${r.outputBytes} bytes of output, exit ${r.exit}`;
  const seconds = `${r.secondsBare.toFixed(1)} → ${r.secondsSensor.toFixed(1)}`;
  const cells = [
    `${r.name} ${r.version}`,
    r.node,
    compared,
    r.verdict,
    `${r.functions} (${r.functionsCalled})`,
    r.calls,
    seconds,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** `document` with these results in its table: in place of the rows of the same package and Node, or new. Sorted. */
export function withResults(document, results) {
  const at = document.indexOf(HEAD[0]);
  if (at < 0) throw new Error(`docs/safety.md has no table; it needs the line: ${HEAD[0]}`);
  const lines = document.slice(at).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  const rest = end < 0 ? [] : lines.slice(end);
  const keyOf = (row) =>
    row
      .split('|')
      .slice(1, 3)
      .map((cell) => cell.trim().replace(/ \S+$/, ''))
      .join(' ');
  const rows = new Map(lines.slice(2, end < 0 ? undefined : end).map((row) => [keyOf(row), row]));
  for (const row of results.map(tableRow)) rows.set(keyOf(row), row);
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return document.slice(0, at) + [...HEAD, ...sorted, ...rest].join('\n');
}
