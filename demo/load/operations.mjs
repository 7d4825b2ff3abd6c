// What the shop's visitors do: a fixed mix, drawn from a seeded sequence, so that two runs send the same requests.

const PRODUCTS = 240;
const PAGES = 10;

/** Visitors in a hundred. */
const MIX = [
  ['list', 25],
  ['show', 50],
  ['checkout', 20],
  ['replay', 2],
  ['invalid', 2],
  ['declined', 1],
];

/** What the storefront answers when everything works. */
export const expectedStatus = { list: 200, show: 200, checkout: 201, replay: 201, invalid: 422, declined: 402 };

/**
 * An endless stream of operations. `takePaid` gives a checkout that was paid and not yet repeated, or undefined: a replay
 * needs one, and is an ordinary checkout without.
 */
export function* operations(seed, takePaid) {
  const random = sequence(seed);
  for (let i = 0; ; i++) {
    const kind = pickKind(random(100));
    const paid = kind === 'replay' ? takePaid() : undefined;
    yield paid ? { ...paid, kind } : create(kind === 'replay' ? 'checkout' : kind, i, seed, random);
  }
}

/** The kind that the visitor with this number, 0 to 99, is of. */
function pickKind(visitor) {
  let upTo = 0;
  return MIX.find(([, share]) => visitor < (upTo += share))[0];
}

function create(kind, i, seed, random) {
  if (kind === 'list') return { kind, method: 'GET', path: `/products?page=${1 + random(PAGES)}`, lines: 0 };
  if (kind === 'show') return { kind, method: 'GET', path: `/products/${1 + random(PRODUCTS)}`, lines: 0 };
  const lines = Array.from({ length: 1 + random(4) }, () => ({
    productId: 1 + random(PRODUCTS),
    quantity: 1 + random(6),
  }));
  if (kind === 'invalid') lines[0].quantity = 0;
  const card = `4000 ${seed} ${i} ${kind === 'declined' ? '0002' : '1111'}`;
  const body = { currency: 'EUR', card, lines };
  return { kind, method: 'POST', path: '/checkout', key: `load-${seed}-${i}`, body, lines: lines.length };
}

/** Whole numbers below a limit from a linear congruential generator. */
export function sequence(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.trunc((state / 2 ** 32) * below);
  };
}
