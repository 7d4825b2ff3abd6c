/** Where a repository is on a forge that speaks GitHub's REST API (docs.github.com/rest), and what opens it. */
export interface ForgeTarget {
  /** `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise server. */
  readonly apiUrl: string;
  /** `owner/name` */
  readonly repository: string;
  /** Sent as a header and written nowhere. */
  readonly token: string;
}

/** The forge refused, could not be reached or said something else than its API does; the message says what to do. */
export class ForgeError extends Error {
  override readonly name = 'ForgeError';

  constructor(
    message: string,
    /** HTTP status; undefined when there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

const DEADLINE_MS = 20_000;
const MAX_MESSAGE_CHARACTERS = 200;
const MAX_RESPONSE_CHARACTERS = 20_000_000;
/** A secondary limit asks for a pause of up to a minute; a job that waits longer is better told. */
const MAX_PAUSE_MS = 60_000;
const ATTEMPTS = 3;

/** Asks a forge. Answers within its deadlines, waits as told when asked too often, and never tells the token. */
export class ForgeApi {
  readonly repository: string;
  readonly #url: string;
  readonly #token: string;

  /** @throws ForgeError for an address or repository that cannot be one */
  constructor({ apiUrl, repository, token }: ForgeTarget) {
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new ForgeError(`'${repository}' is no OWNER/NAME.`);
    const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
    const isLocal = url !== undefined && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
    if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))) {
      throw new ForgeError(`'${apiUrl}' is no https: address; a token is sent to no other.`);
    }
    if (url.username !== '' || url.password !== '') throw new ForgeError('The address of the forge has a password.');
    this.repository = repository;
    this.#url = url.href.replace(/\/$/, '');
    this.#token = token;
  }

  /**
   * One request below `/repos/OWNER/NAME`; what it answers, parsed.
   * @param path such as `/issues/7/comments?page=2`
   * @throws ForgeError
   */
  async ofRepository(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
    return this.request(method, `/repos/${this.repository}${path}`, body);
  }

  /** @throws ForgeError */
  async request(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send(method, path, body);
      const text = (await response.text().catch(() => '')).slice(0, MAX_RESPONSE_CHARACTERS);
      if (response.ok) return parsed(text, method, path);
      const pauseMs = attempt < ATTEMPTS ? pauseBefore(method, response, attempt) : undefined;
      if (pauseMs === undefined) throw refusal(method, path, response, text);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #send(method: string, path: string, body: object | undefined): Promise<Response> {
    try {
      return await fetch(`${this.#url}${path}`, {
        method,
        headers: {
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28',
          'user-agent': 'hindcast',
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new ForgeError(`${this.#url} does not answer: ${cause.slice(0, MAX_MESSAGE_CHARACTERS)}`);
    }
  }
}

/** How long to wait before the same is asked again; undefined when that makes no sense. */
function pauseBefore(method: string, { status, headers }: Response, attempt: number): number | undefined {
  const after = Number(headers.get('retry-after') ?? Number.NaN) * 1000;
  const isLimited = status === 429 || (status === 403 && Number.isFinite(after));
  if (isLimited) return Number.isFinite(after) ? (after <= MAX_PAUSE_MS ? after : undefined) : 1000 * 2 ** attempt;
  // What may have been done already is not done again.
  return method !== 'POST' && status >= 500 ? 250 * 2 ** attempt : undefined;
}

function parsed(text: string, method: string, path: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    throw new ForgeError(`${method} ${path}: the answer is no JSON; is this the address of the forge's API?`);
  }
}

function refusal(method: string, path: string, { status }: Response, text: string): ForgeError {
  const advice: Readonly<Record<number, string>> = {
    401: 'The token is not valid.',
    403: 'The token may not do this: it needs the permission "pull-requests: write".',
    404: 'There is no such thing, or the token may not see it.',
    422: 'The forge does not take it.',
    429: 'The forge is asked too often; try again later.',
  };
  let said = '';
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') said = ` It says: ${message.replaceAll(/\p{Cc}+/gu, ' ')}`;
  } catch {
    // Not of the API, such as a proxy's page: the status has to do.
  }
  const what = `${method} ${path.replace(/\?.*$/, '')}: ${status}. ${advice[status] ?? 'The forge failed.'}${said}`;
  return new ForgeError(what.slice(0, 2 * MAX_MESSAGE_CHARACTERS), status);
}
