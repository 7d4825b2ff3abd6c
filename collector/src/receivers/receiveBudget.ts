/** Bytes of requests that are being received, over all connections of a receiver. What goes over it is told to come again. */
export class ReceiveBudget {
  private used = 0;

  constructor(private readonly limit = 256 * 1024 * 1024) {}

  /** False when there is no room; then nothing is taken. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}
