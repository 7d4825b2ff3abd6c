import http from 'node:http';
import { Readable } from 'node:stream';
import { converse } from './hindcastHttpScript.mjs';
import { attempt, require, say } from './hindcastSupport.mjs';

const Koa = require('./');
const app = new Koa({ proxy: true, keys: ['secret'] });
const heard = [];
app.silent = true;
app.on('error', (error) => heard.push(`${error.name}: ${error.message}`));
app.use(async (ctx, next) => {
  const order = ['in'];
  await next();
  order.push('out');
  ctx.set('x-order', order.join());
});
app.use(async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    if (error.rethrow) throw error;
    ctx.status = error.status ?? 500;
    ctx.body = { caught: error.message, expose: error.expose };
  }
});
const routes = {
  '/': (ctx) => {
    ctx.body = `hello ${ctx.ip} ${ctx.host} ${ctx.protocol}`;
  },
  '/json': (ctx) => {
    ctx.body = { query: ctx.query, fresh: ctx.fresh, accepts: ctx.accepts('json', 'html'), is: ctx.is('json') };
  },
  '/stream': (ctx) => {
    ctx.type = 'text/plain';
    ctx.body = Readable.from(['a', 'b', 'c']);
  },
  '/buffer': (ctx) => {
    ctx.body = Buffer.from('buffer');
    ctx.attachment('f.bin');
  },
  '/null': (ctx) => {
    ctx.body = null;
  },
  '/throw': (ctx) => ctx.throw(418, 'teapot', { extra: 1 }),
  '/assert': (ctx) => ctx.assert(false, 401, 'nobody'),
  '/plain': () => {
    throw new TypeError('plain');
  },
  '/rethrow': () => {
    throw Object.assign(new Error('again'), { rethrow: true, status: 503, expose: true });
  },
  '/non-error': () => {
    throw Object.assign(new Error('x'), { rethrow: true, headers: { 'x-y': 'z' } });
  },
  '/redirect': (ctx) => ctx.redirect('/somewhere'),
  '/cookie': (ctx) => {
    ctx.cookies.set('name', 'value', { signed: true });
    ctx.body = String(ctx.cookies.get('name'));
  },
  '/state': async (ctx) => {
    ctx.state.a = 1;
    await null;
    ctx.body = [ctx.state, ctx.inspect().request.url, ctx.toJSON().response.status];
  },
  '/next-twice': async (ctx, next) => {
    await next();
    await next();
  },
  '/etag': (ctx) => {
    ctx.body = 'tagged';
    ctx.etag = 'abc';
    ctx.status = ctx.fresh ? 304 : 200;
  },
};
app.use((ctx, next) => (routes[ctx.path] ? routes[ctx.path](ctx, next) : next()));
await converse(http.createServer(app.callback()), [
  ...Object.keys(routes).map((path) => ({ path })),
  ...['/nope', '/json?a=1&a=2&b=%20', '//x'].map((path) => ({ path })),
  { method: 'HEAD', path: '/json' },
  { method: 'POST', path: '/json', headers: { 'content-type': 'application/json', accept: 'text/html' }, body: '{}' },
  { path: '/etag', headers: { 'if-none-match': '"abc"' } },
  { path: '/', headers: { 'x-forwarded-for': '9.9.9.9', 'x-forwarded-host': 'h', 'x-forwarded-proto': 'https' } },
]);
say('errors', heard);
say('inspect', app.inspect());
await attempt('use', () => app.use('no'));
await attempt('parallel', async () => {
  const store = app.currentContext;
  return typeof store;
});
