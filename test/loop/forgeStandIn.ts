import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The part of a forge's REST API that a fix needs, on loopback: it opens pull requests and keeps their comments. */
export interface ForgeStandIn {
  readonly url: string;
  readonly pulls: { readonly title: string; readonly head: string; readonly base: string; readonly body: string }[];
  readonly comments: { id: number; body: string }[];
  close(): void;
}

const REPOSITORY = '/repos/acme/shop';

export async function startForgeStandIn(): Promise<ForgeStandIn> {
  const forge: Pick<ForgeStandIn, 'pulls' | 'comments'> = { pulls: [], comments: [] };
  const server = createServer((request, response) => {
    void text(request).then((sent) => {
      const body = (sent === '' ? {} : JSON.parse(sent)) as Record<string, string>;
      const [status, answer] = answerOf(forge, request.method ?? '', (request.url ?? '').replace(/\?.*/, ''), body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...forge,
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answerOf(
  { pulls, comments }: Pick<ForgeStandIn, 'pulls' | 'comments'>,
  method: string,
  path: string,
  body: Readonly<Record<string, string>>,
): [number, unknown] {
  const shown = (comment: { id: number; body: string }) => ({
    ...{ ...comment, user: { login: 'ada', type: 'User' } },
    html_url: `https://forge.test/${comment.id}`,
  });
  if (path === '/user') return [200, { login: 'ada' }];
  if (path === `${REPOSITORY}/pulls` && method === 'POST') {
    const { title = '', head = '', base = '', body: own = '' } = body;
    const number = pulls.push({ title, head, base, body: own });
    return [201, { number, html_url: `https://forge.test/pull/${number}` }];
  }
  if (/\/issues\/\d+\/comments$/.test(path)) {
    if (method === 'GET') return [200, comments.map(shown)];
    comments.push({ id: comments.length + 1, body: body['body'] ?? '' });
    return [201, shown({ id: comments.length, body: body['body'] ?? '' })];
  }
  const comment = comments.find(({ id }) => path === `${REPOSITORY}/issues/comments/${id}`);
  if (!comment || method !== 'PATCH') return [404, { message: 'Not Found' }];
  comment.body = body['body'] ?? '';
  return [200, shown(comment)];
}
