// Preload: V8's precise coverage with call counts, as NODE_V8_COVERAGE turns it on, without writing files. `detailed` is the cheaper
// way to count calls: without it V8 counts in the functions' feedback and optimises less.
'use strict';
const { Session } = require('node:inspector');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** How many functions have been counted; taking the coverage resets it, so the bench asks once, at the end. */
globalThis.benchCoverage = () => {
  let counted = 0;
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) return;
    for (const script of coverage.result) counted += script.functions.filter((f) => f.ranges[0].count > 0).length;
  });
  return counted;
};
