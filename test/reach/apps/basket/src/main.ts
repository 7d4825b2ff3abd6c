// What it prints is the same however it was compiled.
import { Basket, Discount } from './basket.js';
import total, { cents, type Money } from './money.js';
import { zoneOf } from './zones.js';

const basket = new Basket<Money>({ currency: 'EUR' });

async function fill(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await Promise.resolve();
    basket.add(cents(i * 100));
  }
}

function neverCalled(this: Basket<Money>): void {
  this.clear();
}

fill(4)
  .then(() => {
    const discount = new Discount(10);
    console.log(total([...basket.items()].map((item) => discount.apply(item))), zoneOf(7), basket.size);
    try {
      discount.percent = 200;
    } catch (error) {
      console.log((error as Error).name);
    }
  })
  .catch((error: unknown) => console.log(error));

export { neverCalled };
