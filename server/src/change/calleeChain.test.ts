import { expect, test } from 'vitest';
import { calleeChain } from './calleeChain.js';

test.each([
  ['this.pool!.query', 'this.pool.query'],
  ['db.select({ id: t.id }).from', 'db.select.from'],
  ['(await connect("x)y")).query<Row>', 'connect.query'],
  ['items?.[0]?.load', 'items.load'],
  ['Cart::load', 'Cart.load'],
  ['$this->orders->find', 'this.orders.find'],
  ['new Pool', 'Pool'],
  ['a /* . */ .b', 'a.b'],
  ['`x${y}`.trim', 'trim'],
  ['"a"', undefined],
])('%j', (callee, chain) => expect(calleeChain(callee)).toBe(chain));
