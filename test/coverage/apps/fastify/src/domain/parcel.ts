import type { Weight } from './weight.js';

export abstract class Tracked {
  readonly history: string[] = [];
  abstract get summary(): object;

  protected note = (event: string): void => {
    this.history.push(event);
  };
}

export class Parcel extends Tracked {
  constructor(
    readonly id: string,
    readonly to: string,
    readonly weight: Weight,
  ) {
    super();
    this.note('accepted');
  }

  override get summary(): object {
    return { id: this.id, to: this.to, history: this.history };
  }

  deliver(): void {
    this.note('delivered');
  }
}

export class UnknownParcel extends Error {
  constructor(id: string) {
    super(`no parcel ${id}`);
  }
}
