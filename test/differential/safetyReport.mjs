// What the runs of packages.mjs amount to, as a word and as a table.

/** One word or phrase for a result: only `identical` is good. */
export function verdictOf({ differences, functions, functionsCalled, tests, kind, outputBytes, steady }) {
  if (differences.length > 0) return steady ? 'different' : 'different, but not steady without the sensor either';
  if (functions === 0 || functionsCalled === 0) return 'not instrumented';
  if (kind === 'tests' ? tests === 0 : outputBytes === 0) return 'nothing to compare';
  return 'identical';
}

/** A Markdown table, one row per package and Node. */
export function markdownTable(results) {
  const head = [
    '| package | Node | compared | outcome | functions (called) | calls | s bare → sensor |',
    '|---|---|---|---|---|---|---|',
  ];
  const rows = results.map((r) => {
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
  });
  return [...head, ...rows].join('\n');
}
