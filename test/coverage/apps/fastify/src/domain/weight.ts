export enum Zone {
  near = 100,
  far = 250,
}

export class Weight {
  private constructor(private readonly grams: number) {}

  static ofGrams(grams: number): Weight {
    return new Weight(grams);
  }

  static ofKilos(kilos: number): Weight {
    return Weight.ofGrams(kilos * 1000);
  }

  price(zone?: Zone): number;
  price(zone: Zone, days: number): number;
  price(zone: Zone = Zone.near, days = 1): number {
    const steps = Math.ceil(this.grams / 500);
    return steps * zone * (days > 1 ? 0.9 : 1);
  }

  get inKilos(): number {
    return this.grams / 1000;
  }
}
