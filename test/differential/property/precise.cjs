// Loaded before a bare program: at its end, V8's own count of every function's calls goes to the file that HINDCAST_ORACLE names.
'use strict';
const { Session } = require('node:inspector');
const { writeFileSync } = require('node:fs');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
process.on('exit', () => {
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) throw new Error(error.message);
    writeFileSync(process.env.HINDCAST_ORACLE, JSON.stringify(coverage.result));
  });
});
