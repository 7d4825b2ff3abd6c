export interface Money {
  readonly cents: number;
  readonly currency?: string;
}

export const cents = (amount: number): Money => ({ cents: amount });

type Rounding = 'up' | 'down';

export default function (items: readonly Money[], rounding: Rounding = 'up'): number {
  const round = rounding === 'up' ? Math.ceil : Math.floor;
  return round(
    items.reduce((sum: number, item): number => {
      return sum + item.cents;
    }, 0),
  );
}
