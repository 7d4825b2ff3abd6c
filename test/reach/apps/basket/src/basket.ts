import type { Money } from './money.js';

interface Options {
  currency: string;
}

abstract class Container<T> {
  protected abstract readonly held: T[];

  get size(): number {
    return this.held.length;
  }

  *items(): Generator<T> {
    for (const item of this.held) yield item;
  }
}

export class Basket<T extends Money> extends Container<T> {
  protected override readonly held: T[] = [];
  static made = 0;

  constructor(private readonly options: Options) {
    super();
    Basket.made += 1;
  }

  add(item: T): this {
    this.#check(item);
    this.held.push(item);
    return this;
  }

  clear = (): void => {
    this.held.length = 0;
  };

  #check(item: T): void {
    if (item.currency !== undefined && item.currency !== this.options.currency) throw new TypeError('another currency');
  }
}

export class Discount {
  #percent: number;

  public constructor(percent: number) {
    this.#percent = percent;
  }

  set percent(value: number) {
    if (value > 100) throw new RangeError(`${value} %`);
    this.#percent = value;
  }

  apply<T extends Money>(item: T): T {
    return { ...item, cents: (item.cents * (100 - this.#percent)) / 100 };
  }
}
