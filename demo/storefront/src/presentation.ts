import type { Product, ProductCard } from './types.js';

const NEARLY_GONE = 5;

/** Turns products into cards, in the shop's order: what can be bought first, then by name. */
export function presentProducts(products: readonly Product[]): ProductCard[] {
  return [...products].sort(byAvailabilityThenName).map((product) => presentProduct(product));
}

export function presentProduct(product: Product): ProductCard {
  return { id: product.id, name: product.name, price: formatPrice(product.unitPriceCents), badge: badgeFor(product) };
}

/** `€ 1 234.50` */
export function formatPrice(cents: number): string {
  const euros = Math.trunc(cents / 100);
  const rest = String(cents % 100).padStart(2, '0');
  return `€ ${groupThousands(euros)}.${rest}`;
}

function groupThousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function badgeFor(product: Product): string {
  if (product.inStock === 0) return 'sold out';
  return product.inStock < NEARLY_GONE ? `only ${product.inStock} left` : '';
}

function byAvailabilityThenName(a: Product, b: Product): number {
  return Number(b.inStock > 0) - Number(a.inStock > 0) || a.name.localeCompare(b.name);
}
