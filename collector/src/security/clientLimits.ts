/** What one client may use. A client is an address; behind a proxy all are one. */
export interface ClientLimits {
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly connections: number;
}

export const defaultClientLimits: ClientLimits = {
  requestsPerSecond: 20_000,
  bytesPerSecond: 1024 * 1024 * 1024,
  connections: 500,
};

/** A client that was idle for a second may use so many seconds' worth at once. */
const BURST_SECONDS = 2;
const MAX_CLIENTS = 10_000;

interface Client {
  connections: number;
  /** What is left of requests and bytes, as of `atMs`; below zero when the last request was larger. */
  requests: number;
  bytes: number;
  atMs: number;
}

/** Counts what each client uses. Its own memory is bounded: of clients without connections the longest known are forgotten. */
export class ClientMeter {
  private readonly clients = new Map<string, Client>();

  constructor(
    private readonly limits: ClientLimits,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** A new connection; false when the client has as many as it may have. Then `close` must not be called for it. */
  open(address: string): boolean {
    const client = this.client(address);
    if (client.connections >= this.limits.connections) return false;
    client.connections++;
    return true;
  }

  close(address: string): void {
    const client = this.clients.get(address);
    if (client && client.connections > 0) client.connections--;
  }

  /** A request; returns 0 when it may go on, else after how many seconds it is worth trying again. */
  use(address: string): number {
    const { requestsPerSecond, bytesPerSecond } = this.limits;
    const client = this.client(address);
    const now = this.nowMs();
    const seconds = Math.max(0, now - client.atMs) / 1000;
    client.atMs = now;
    client.requests = Math.min(client.requests + seconds * requestsPerSecond, requestsPerSecond * BURST_SECONDS);
    client.bytes = Math.min(client.bytes + seconds * bytesPerSecond, bytesPerSecond * BURST_SECONDS);
    if (client.requests < 1 || client.bytes <= 0) {
      const wait = Math.max((1 - client.requests) / requestsPerSecond, -client.bytes / bytesPerSecond);
      return Math.max(1, Math.ceil(wait));
    }
    client.requests--;
    return 0;
  }

  /** Bytes that a request turned out to have; the client pays for them with its next ones. */
  received(address: string, bytes: number): void {
    this.client(address).bytes -= bytes;
  }

  private client(address: string): Client {
    let client = this.clients.get(address);
    if (!client) {
      if (this.clients.size >= MAX_CLIENTS) this.forgetIdle();
      const { requestsPerSecond, bytesPerSecond } = this.limits;
      client = {
        connections: 0,
        requests: requestsPerSecond * BURST_SECONDS,
        bytes: bytesPerSecond * BURST_SECONDS,
        atMs: this.nowMs(),
      };
      this.clients.set(address, client);
    }
    return client;
  }

  private forgetIdle(): void {
    for (const [address, { connections }] of this.clients) {
      if (this.clients.size < MAX_CLIENTS) return;
      if (connections === 0) this.clients.delete(address);
    }
  }
}
