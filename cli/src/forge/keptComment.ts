import { ForgeError, type ForgeApi } from './forgeApi.js';

/** GitHub takes 65,536 characters. */
const MAX_COMMENT_CHARACTERS = 65_536;
const PER_PAGE = 100;
/** A pull request with more comments than this gets a new one. */
const MAX_PAGES = 50;

/** What was done about a comment, and where it is to be seen. */
export interface KeptComment {
  readonly did: 'created' | 'updated' | 'unchanged' | 'left-out';
  /** Empty when there is none. */
  readonly url: string;
}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly url: string;
  readonly login: string;
  readonly isBot: boolean;
}

/**
 * Keeps one comment of a pull request up to date: the one of the same writer that begins with the same hidden first line, such as
 * `<!-- hindcast:assessment -->`. A comment of somebody else is never touched, whatever it begins with.
 * @param body Markdown with that first line
 * @param mayCreate false: only a comment that is there already is written
 * @throws ForgeError
 */
export async function keepComment(
  forge: ForgeApi,
  pullRequest: number,
  body: string,
  mayCreate = true,
): Promise<KeptComment> {
  const marker = markerOf(body);
  if (marker === undefined) throw new ForgeError('The comment has no marker on its first line to be found again by.');
  if (body.length > MAX_COMMENT_CHARACTERS) {
    throw new ForgeError(`A comment has at most ${MAX_COMMENT_CHARACTERS} characters, not ${body.length}.`);
  }
  const isOwn = await ownership(forge);
  const kept = await findComment(forge, pullRequest, (found) => isOwn(found) && markerOf(found.body) === marker);
  if (!kept) {
    if (!mayCreate) return { did: 'left-out', url: '' };
    const made = await forge.ofRepository('POST', `/issues/${pullRequest}/comments`, { body });
    return { did: 'created', url: commentOf(made)?.url ?? '' };
  }
  if (normal(kept.body) === normal(body)) return { did: 'unchanged', url: kept.url };
  await forge.ofRepository('PATCH', `/issues/comments/${kept.id}`, { body });
  return { did: 'updated', url: kept.url };
}

/** The hidden first line of a text; undefined when there is none. */
export function markerOf(body: string): string | undefined {
  return /^<!-- hindcast:[\w.:/-]{1,100} -->(?=\r?\n|$)/.exec(body)?.[0];
}

/** The commit that a pull request proposes now. @throws ForgeError */
export async function headOf(forge: ForgeApi, pullRequest: number): Promise<string> {
  const answer = await forge.ofRepository('GET', `/pulls/${pullRequest}`);
  const sha = record(record(answer)['head'])['sha'];
  if (typeof sha !== 'string')
    throw new ForgeError(`The forge does not say what pull request ${pullRequest} proposes.`);
  return sha;
}

async function findComment(
  forge: ForgeApi,
  pullRequest: number,
  is: (comment: Comment) => boolean,
): Promise<Comment | undefined> {
  for (let page = 1; page <= MAX_PAGES; page++) {
    const path = `/issues/${pullRequest}/comments?per_page=${PER_PAGE}&page=${page}`;
    const answer = await forge.ofRepository('GET', path);
    if (!Array.isArray(answer)) throw new ForgeError('The forge does not list comments as its API says.');
    const found = answer.map(commentOf).find((comment) => comment !== undefined && is(comment));
    if (found) return found;
    if (answer.length < PER_PAGE) return undefined;
  }
  return undefined;
}

/** Whether a comment is of whoever the token stands for. A job's token may not ask who it is: it stands for a bot. */
async function ownership(forge: ForgeApi): Promise<(comment: Comment) => boolean> {
  try {
    const login = record(await forge.request('GET', '/user'))['login'];
    if (typeof login === 'string') return (comment) => comment.login === login;
  } catch (error) {
    if (!(error instanceof ForgeError) || (error.status !== 403 && error.status !== 404)) throw error;
  }
  return (comment) => comment.isBot;
}

function commentOf(value: unknown): Comment | undefined {
  const { id, body, html_url: url, user } = record(value);
  const { login, type } = record(user);
  if (typeof id !== 'number' || typeof body !== 'string') return undefined;
  return {
    id,
    body,
    url: typeof url === 'string' ? url : '',
    login: typeof login === 'string' ? login : '',
    isBot: type === 'Bot',
  };
}

/** The forge may give lines other ends, and drops blanks at the end. */
function normal(body: string): string {
  return body.replaceAll('\r\n', '\n').trimEnd();
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
