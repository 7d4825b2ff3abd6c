// bluebird under the Promises/A+ suite.
import { require } from './hindcastSupport.mjs';

const Bluebird = require('./js/release/bluebird.js');
const suite = require('promises-aplus-tests');
const outcomes = [];
class Reporter {
  constructor(runner) {
    const name = (test) => test.fullTitle();
    runner.on('pass', (test) => outcomes.push({ name: name(test), state: 'pass' }));
    runner.on('fail', (test) => outcomes.push({ name: name(test), state: 'fail' }));
    runner.on('pending', (test) => outcomes.push({ name: name(test), state: 'skip' }));
  }
}
Bluebird.onPossiblyUnhandledRejection(() => {});
const adapter = {
  resolved: Bluebird.resolve,
  rejected: (reason) => {
    const p = Bluebird.reject(reason);
    p.caught(() => {});
    return p;
  },
  deferred: () => {
    const d = Bluebird.defer();
    return { promise: d.promise, resolve: (v) => d.resolve(v), reject: (r) => d.reject(r) };
  },
};
suite(adapter, { reporter: Reporter, timeout: 5000 }, (error) => {
  process.stdout.write(`${JSON.stringify(outcomes)}\n`);
  process.exitCode = error ? 1 : 0;
});
