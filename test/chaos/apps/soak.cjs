// A million calls and ten thousand exceptions a second, or as many as the machine can do, for SECONDS. Prints its memory as it goes (JSON lines), then its own counts.
const seconds = Number(process.argv[2]);
const perSecond = { calls: 1_000_000, exceptions: 10_000, awaits: 500 };
const done = { calls: 0, exceptions: 0, awaits: 0 };

function hot(x) {
  return (Math.imul(x, 31) + 7) | 0;
}

class Refused extends Error {}

function refuse(i) {
  if (i % 2 === 0) throw new Refused('even');
  throw new TypeError('odd');
}

function attempt(i) {
  try {
    return refuse(i);
  } catch (error) {
    return error.message.length;
  }
}

async function awaited(i) {
  await null;
  return i;
}

const started = performance.now();
let sum = 0;
let lastSample = 0;
/** Seconds that were worked for. What cannot be done in time is not made up for: a turn that grows longer holds more and more. */
let worked = 0;
let lastTurn = 0;

function sample(atSeconds) {
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  console.log(JSON.stringify({ atSeconds, rss, used: heapUsed + external }));
}

const timer = setInterval(() => {
  const elapsed = Math.min(seconds, (performance.now() - started) / 1000);
  worked += Math.min(0.1, elapsed - lastTurn);
  lastTurn = elapsed;
  for (; done.calls < worked * perSecond.calls; done.calls++) sum = hot(sum);
  for (; done.exceptions < worked * perSecond.exceptions; done.exceptions++) sum += attempt(done.exceptions);
  for (; done.awaits < worked * perSecond.awaits; done.awaits++) void awaited(done.awaits);
  if (elapsed - lastSample >= Math.max(0.25, seconds / 200)) sample((lastSample = elapsed));
  if (elapsed === seconds) {
    clearInterval(timer);
    console.log(JSON.stringify({ ...done, sum }));
  }
}, 20);
