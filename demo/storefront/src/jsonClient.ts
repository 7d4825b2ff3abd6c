const DEADLINE_MS = 5_000;

/** An answer of another service that says no. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** JSON over HTTP to one other service. */
export class JsonClient {
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  get(path: string): Promise<unknown> {
    return this.#request('GET', path);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    return this.#request('POST', path, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body));
  }

  async #request(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<unknown> {
    const response = await fetch(this.#baseUrl + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new UpstreamError(response.status, errorMessage(answer));
    return answer;
  }
}

function errorMessage(answer: unknown): string {
  const known = typeof answer === 'object' && answer !== null && 'error' in answer && typeof answer.error === 'string';
  return known ? String(answer.error) : 'no reason given';
}
