import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A comment as the stand-in keeps it. */
export interface StandInComment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string; readonly type: 'User' | 'Bot' };
}

/** A forge on loopback that speaks the part of GitHub's REST API that comments of pull requests need. */
export interface StandInForge {
  readonly url: string;
  readonly comments: StandInComment[];
  /** `METHOD path`, in order. */
  readonly requests: string[];
  readonly authorizations: Set<string | undefined>;
  /** Answers the next requests, before anything else is looked at. */
  readonly refusals: { status: number; headers?: Record<string, string>; body?: string }[];
  /** Whom the token stands for; undefined: it may not ask, as a job's. */
  login: string | undefined;
  headSha: string;
  close(): Promise<void>;
}

export async function startStandInForge(): Promise<StandInForge> {
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://stand-in');
      forge.requests.push(`${request.method ?? ''} ${url.pathname}`);
      forge.authorizations.add(request.headers.authorization);
      const refusal = forge.refusals.shift();
      if (refusal) return response.writeHead(refusal.status, refusal.headers).end(refusal.body);
      const [status, answer] = answerOf(forge, request.method ?? '', url, body);
      return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const forge: StandInForge = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments: [],
    requests: [],
    authorizations: new Set(),
    refusals: [],
    login: undefined,
    headSha: 'a'.repeat(40),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return forge;
}

function answerOf(forge: StandInForge, method: string, url: URL, body: { body?: string }): [number, unknown] {
  const { pathname, searchParams } = url;
  if (pathname === '/user') {
    return forge.login === undefined
      ? [403, { message: 'Resource not accessible by integration' }]
      : [200, { login: forge.login, type: 'User' }];
  }
  if (pathname === '/repos/acme/shop/pulls/7') return [200, { head: { sha: forge.headSha } }];
  const shown = (comment: StandInComment) => ({ ...comment, html_url: `https://forge.test/7#${comment.id}` });
  if (pathname === '/repos/acme/shop/issues/7/comments') {
    if (method === 'GET') {
      const [size, page] = [Number(searchParams.get('per_page') ?? 30), Number(searchParams.get('page') ?? 1)];
      return [200, forge.comments.slice((page - 1) * size, page * size).map(shown)];
    }
    const type = forge.login === undefined ? 'Bot' : 'User';
    const user = { login: forge.login ?? 'github-actions[bot]', type } as const;
    const made: StandInComment = { id: 1000 + forge.comments.length, body: body.body ?? '', user };
    forge.comments.push(made);
    return [201, shown(made)];
  }
  const id = /^\/repos\/acme\/shop\/issues\/comments\/(\d+)$/.exec(pathname)?.[1];
  const kept = forge.comments.find((comment) => comment.id === Number(id));
  if (!kept || method !== 'PATCH') return [404, { message: 'Not Found' }];
  kept.body = body.body ?? '';
  return [200, shown(kept)];
}

async function readBody(request: IncomingMessage): Promise<{ body?: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as { body?: string });
}
