// Which functions of the shop an operation calls, and how often: the load's own book, kept without asking anybody.

const PAGE_SIZE = 24;
const RELATED = 4;

const storefront = (file, name, contribution) => ({
  service: 'storefront',
  file: `demo/storefront/src/${file}`,
  name,
  contribution,
});
const orders = (file, name, contribution) => ({
  service: 'orders',
  file: `demo/orders/src/${file}`,
  name,
  contribution,
});
const inventory = (file, name, contribution) => ({
  service: 'inventory',
  file: `demo/inventory/src/${file}`,
  name,
  contribution,
});
const payments = (name, contribution) => ({
  service: 'payments',
  file: 'demo/payments/src/payments.js',
  name,
  contribution,
});

const once = { calls: 1, errors: 0 };
const failing = { calls: 1, errors: 1 };
const perLine = ({ lines }) => ({ calls: lines, errors: 0 });

/**
 * Function → kind of operation → what one operation adds. Where an operation and its whole answer are one call of the
 * function, `latency` says that its duration can be compared with what the load measured.
 */
const functions = [
  { ...storefront('routes.ts', 'registerRoutes.listProducts', { list: once }), latency: true },
  { ...storefront('routes.ts', 'registerRoutes.showProduct', { show: once }), latency: true },
  {
    ...storefront('routes.ts', 'registerRoutes.checkout', {
      checkout: once,
      replay: once,
      invalid: failing,
      declined: failing,
    }),
    latency: true,
  },
  storefront('presentation.ts', 'presentProduct', {
    list: { calls: PAGE_SIZE, errors: 0 },
    show: { calls: 1 + RELATED, errors: 0 },
  }),
  orders('app.js', 'createApp.createOrder', { checkout: once, replay: once, invalid: failing, declined: failing }),
  orders('app.js', 'createApp.fulfil', { checkout: once, declined: failing }),
  orders('orderBook.js', 'OrderBook.findByKey', { checkout: once, replay: once, invalid: once, declined: once }),
  orders('validation.js', 'validateOrder', { checkout: once, invalid: failing, declined: once }),
  orders('validation.js', 'validateLine', { checkout: perLine, invalid: failing, declined: perLine }),
  orders('pricing.js', 'linePrice', { checkout: perLine, declined: perLine }),
  inventory('server.js', 'listProducts', { list: once }),
  inventory('server.js', 'showProduct', { show: once }),
  inventory('stock.js', 'Stock.related', { show: once }),
  inventory('stock.js', 'Stock.reserve', { checkout: once, declined: once }),
  inventory('stock.js', 'Stock.release', { declined: once }),
  payments('pay', { checkout: once, declined: failing }),
  payments('authorise', { checkout: once, declined: failing }),
  payments('capture', { checkout: once }),
];

/** Keeps count of what the operations sent so far must have called. */
export class Expectations {
  #counts = functions.map(() => ({ calls: 0, errors: 0 }));

  add(operation) {
    functions.forEach(({ contribution }, i) => {
      const of = contribution[operation.kind];
      if (!of) return;
      const { calls, errors } = typeof of === 'function' ? of(operation) : of;
      this.#counts[i].calls += calls;
      this.#counts[i].errors += errors;
    });
  }

  /** One entry per function; `latencyOf` names the operations whose latency its duration explains. */
  list() {
    return functions.map(({ service, file, name, contribution, latency }, i) => ({
      service,
      file,
      function: name,
      ...this.#counts[i],
      ...(latency ? { latencyOf: Object.keys(contribution) } : {}),
    }));
  }
}
