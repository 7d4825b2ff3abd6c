import { require, say } from './hindcastSupport.mjs';

const rx = require('./');
const { TestScheduler } = require('./dist/cjs/testing');
const {
  of,
  from,
  range,
  interval,
  defer,
  throwError,
  Subject,
  ReplaySubject,
  BehaviorSubject,
  lastValueFrom,
  timer,
  merge,
  concat,
  zip,
  combineLatest,
  forkJoin,
  race,
  asyncScheduler,
  queueScheduler,
  asapScheduler,
} = rx;
const log = (name, source) =>
  new Promise((done) => {
    const got = [];
    source.subscribe({
      next: (v) => got.push(v),
      error: (e) => {
        say(name, [got, `error ${e.name} ${e.message}`]);
        done();
      },
      complete: () => {
        say(name, [got, 'complete']);
        done();
      },
    });
  });
await log(
  'map',
  range(1, 10).pipe(
    rx.map((x) => x * x),
    rx.filter((x) => x % 2),
    rx.scan((a, b) => a + b, 0),
    rx.pairwise(),
  ),
);
await log(
  'merge',
  merge(
    of(1, 2),
    concat(of(3), from(Promise.resolve(4))),
    defer(() => of(5)),
  ),
);
await log(
  'error',
  range(0, 5).pipe(
    rx.map((x) => {
      if (x === 3) throw new RangeError('three');
      return x;
    }),
    rx.retry(1),
    rx.catchError((e) => of(e.message)),
    rx.finalize(() => say('finalized', 1)),
  ),
);
await log(
  'thrown',
  throwError(() => new TypeError('t')),
);
await log('combine', zip(combineLatest([of(1, 2), of(3)]), forkJoin({ a: of(1), b: timer(1) }).pipe(rx.repeat(2))));
await log(
  'flat',
  of('a', 'b').pipe(
    rx.mergeMap((x) =>
      interval(1).pipe(
        rx.take(2),
        rx.map((i) => x + i),
      ),
    ),
    rx.toArray(),
    rx.map((a) => a.sort()),
  ),
);
await log(
  'switch',
  from([1, 2, 3]).pipe(
    rx.switchMap((x) => of(x).pipe(rx.delay(1))),
    rx.timeout(1000),
  ),
);
await log(
  'group',
  range(0, 9).pipe(
    rx.groupBy((x) => x % 3),
    rx.concatMap((g) => g.pipe(rx.reduce((a, b) => a + b))),
    rx.bufferCount(2),
  ),
);
await log(
  'queue',
  range(0, 3).pipe(
    rx.observeOn(queueScheduler),
    rx.expand((x) => (x < 5 ? of(x + 3) : rx.EMPTY)),
    rx.distinct(),
  ),
);
await log('asap', merge(of(1).pipe(rx.subscribeOn(asapScheduler)), of(2).pipe(rx.subscribeOn(asyncScheduler)), of(3)));
await log('race', race(timer(20).pipe(rx.map(() => 'slow')), of('fast')));
const subject = new ReplaySubject(2);
[1, 2, 3].forEach((x) => subject.next(x));
subject.complete();
await log('replay', subject);
const behaviour = new BehaviorSubject(0);
const shared = behaviour.pipe(rx.share());
const seen = [];
const sub = shared.subscribe((v) => seen.push(v));
sub.add(shared.subscribe((v) => seen.push(-v)));
behaviour.next(1);
sub.unsubscribe();
behaviour.next(2);
say('shared', [seen, behaviour.observed]);
say('last', await lastValueFrom(range(0, 100000).pipe(rx.reduce((a, b) => a + b, 0))));
say(
  'unsubscribed',
  (() => {
    try {
      const s = new Subject();
      s.unsubscribe();
      s.next(1);
    } catch (e) {
      return [e.name, e.message];
    }
  })(),
);
const outcomes = [];
const scheduler = new TestScheduler((a, b) => outcomes.push([a, b]));
for (const op of [
  rx.debounceTime(2),
  rx.throttleTime(3),
  rx.auditTime(2),
  rx.sampleTime(2),
  rx.delay(3),
  rx.bufferTime(4),
  rx.distinctUntilChanged(),
  rx.windowCount(2),
])
  scheduler.run(({ hot, expectObservable }) =>
    expectObservable(
      hot('-a-bc--a-|').pipe(
        op,
        rx.map((x) => (typeof x === 'object' && !Array.isArray(x) ? 'window' : x)),
      ),
    ).toBe('-'),
  );
say('marbles', outcomes);
