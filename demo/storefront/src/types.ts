/** A product as the inventory knows it; prices in cents. */
export interface Product {
  id: number;
  name: string;
  category: string;
  unitPriceCents: number;
  inStock: number;
}

/** A product as the shop shows it. */
export interface ProductCard {
  id: number;
  name: string;
  price: string;
  badge: string;
}

export interface OrderLine {
  productId: number;
  quantity: number;
}

export interface CheckoutRequest {
  currency: string;
  card: string;
  lines: OrderLine[];
}

export interface Order {
  id: string;
  totalCents: number;
  status: 'paid';
}
