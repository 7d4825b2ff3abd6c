// Works for MILLISECONDS, then prints a sum that only depends on what it computed, and exits with 3.
const { createHash } = require('node:crypto');
const milliseconds = Number(process.argv[2]);
const rounds = 60;
const hash = createHash('sha256');

class Refusal extends Error {
  constructor(round) {
    super(`round ${round}`);
    this.round = round;
  }
}

const mix = (a, b) => (Math.imul(a, 31) + b) | 0;

function* numbers(upTo) {
  for (let i = 0; i < upTo; i++) yield i;
}

function fold(round) {
  let sum = round;
  for (const number of numbers(500)) sum = mix(sum, number);
  return sum;
}

async function decide(round) {
  await new Promise((resolve) => setImmediate(resolve));
  if (round % 3 === 0) throw new Refusal(round);
  return fold(round);
}

async function play(round) {
  try {
    hash.update(`${await decide(round)}`);
  } catch (error) {
    hash.update(`${error.name}${error.message}${error instanceof Refusal}`);
  }
}

let round = 0;
const timer = setInterval(async () => {
  const mine = round++;
  if (mine === rounds - 1) clearInterval(timer);
  await play(mine);
  if (mine === rounds - 1) finish();
}, milliseconds / rounds);

function finish() {
  console.log(hash.digest('hex'));
  console.error('done', fold.length, play.name, String(mix));
  process.exitCode = 3;
}
