import http from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { converse } from './hindcastHttpScript.mjs';
import { appRoot, attempt, require, say } from './hindcastSupport.mjs';

process.env.NODE_ENV = 'production';
const express = require('./');
const app = express();
// Its final handler writes stacks to stderr otherwise, and only they would be compared twice.
app.set('env', 'test');
app.set('trust proxy', true);
app.set('views', appRoot);
app.engine('tpl', (path, options, done) =>
  done(null, `rendered ${path.split('/').at(-1)} ${options.name} ${options.settings.env}`),
);
app.use(express.json(), express.urlencoded({ extended: true }), express.text());
app.use((req, res, next) => {
  res.locals.steps = ['first'];
  next();
});
app.get('/', (req, res) => res.send(`hello ${req.ip} ${req.protocol} ${req.hostname}`));
app.get('/users/:id', async (req, res) => {
  await null;
  if (req.params.id === '0') throw Object.assign(new Error('no such user'), { status: 404 });
  res.json({ id: req.params.id, query: req.query, fresh: req.fresh, xhr: req.xhr, steps: res.locals.steps });
});
app.post('/echo', (req, res) =>
  res
    .status(201)
    .set('x-kind', req.get('content-type') ?? 'none')
    .send(req.body),
);
app.get('/sync-error', () => {
  throw new TypeError('sync');
});
app.get('/next-error', (req, res, next) => next(new RangeError('next')));
app.get(
  '/skip',
  (req, res, next) => next('route'),
  () => {},
);
app.get('/skip', (req, res) => res.redirect(302, '/elsewhere?a=b'));
app.get('/cookie', (req, res) =>
  res
    .cookie('a', { b: 1 }, { expires: new Date(1e12), httpOnly: true })
    .clearCookie('c')
    .type('html')
    .send('<p>'),
);
app.get('/format', (req, res) =>
  res.format({ text: () => res.send('text'), html: () => res.send('<b>'), default: () => res.status(406).end() }),
);
app.get('/file', (req, res) => res.sendFile(join(appRoot, 'hindcastFile.txt')));
app.get('/download', (req, res) => res.download(join(appRoot, 'hindcastFile.txt'), 'näme.txt'));
app.get('/render', (req, res) => res.render('hindcastView.tpl', { name: 'view' }));
app.get('/link', (req, res) =>
  res
    .links({ next: '/2' })
    .vary('accept')
    .append('x-a', '1')
    .append('x-a', '2')
    .attachment('a.png')
    .location('/x')
    .sendStatus(202),
);
const router = express.Router({ mergeParams: true, strict: true });
router.param('thing', (req, res, next, thing) => {
  req.thing = thing.toUpperCase();
  next();
});
router
  .route('/:thing')
  .get((req, res) => res.send(req.thing + req.params.parent + req.baseUrl))
  .all((req, res) => res.send(`all ${req.method}`));
app.use('/nested/:parent', router);
app.use('/static', express.static(appRoot, { index: false, dotfiles: 'ignore' }));
app.use(
  '/mounted',
  express().get('/x', (req, res) => res.send(req.originalUrl + req.url)),
);
app.use((error, req, res, next) => {
  if (req.query.deep) return next(error);
  res.status(error.status ?? 500).json({ name: error.name, message: error.message, type: error.type });
});
writeFileSync(join(appRoot, 'hindcastFile.txt'), 'a file\n');
writeFileSync(join(appRoot, 'hindcastView.tpl'), '');
const json = { 'content-type': 'application/json' };
const requests = [
  ...[
    '/',
    '/users/1?a[b]=c&d=1&d=2',
    '/users/0',
    '/sync-error',
    '/next-error',
    '/next-error?deep=1',
    '/skip',
    '/cookie',
    '/format',
    '/render',
    '/link',
    '/nope',
    '/%zz',
  ].map((path) => ({ path })),
  ...[
    '/nested/p/thing',
    '/nested/p/thing/',
    '/mounted/x',
    '/static/hindcastFile.txt',
    '/static/../package.json',
    '/static/nope',
    '/download',
  ].map((path) => ({ path, headers: { accept: 'text/html' } })),
  { method: 'POST', path: '/echo', headers: json, body: '{"a":[1,2,{"b":null}]}' },
  { method: 'POST', path: '/echo', headers: json, body: '{"a":' },
  {
    method: 'POST',
    path: '/echo',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'a=1&b[c]=2&d[]=3',
  },
  { method: 'POST', path: '/echo', headers: { 'content-type': 'text/plain; charset=latin1' }, body: 'text' },
  { method: 'POST', path: '/echo', headers: { ...json, 'content-length': '200000' }, body: `"${'x'.repeat(199998)}"` },
  { method: 'HEAD', path: '/' },
  { method: 'OPTIONS', path: '/users/1' },
  { method: 'DELETE', path: '/nested/p/thing' },
  { path: '/file', headers: { range: 'bytes=2-3' } },
  { path: '/', headers: { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https', host: 'example.org:8080' } },
  { path: '/users/2', headers: { 'x-requested-with': 'XMLHttpRequest' } },
];
await converse(
  http.createServer((req, res) => {
    // The file's time differs from run to run.
    const setHeader = res.setHeader;
    res.setHeader = function (name, value) {
      return setHeader.call(this, name, /^(last-modified|etag)$/i.test(name) ? name : value);
    };
    app(req, res);
  }),
  requests,
);
say('settings', Object.keys(app.settings).sort());
say(
  'names',
  Object.entries(express).map(([name, value]) => [name, typeof value, value?.length]),
);
await attempt('bad route', () => app.get('/a(', () => {}));
await attempt('no handler', () => app.use());
