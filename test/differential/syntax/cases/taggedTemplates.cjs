const log = console.log;
const seen = new Set(); const tag = (s, ...v) => { seen.add(s); return s.raw.join('|') + v.join() };
const at = (x) => tag`a${x}b\n${x + 1}`; log(at(1), at(2), seen.size); log(tag`\unicode and \xerxes`, tag``, tag`${1}`);
const nested = (a) => tag`${tag`${a}`}${(() => tag`z`)()}`; log(nested(5));
class T { static t(s) { return this === T && s[0] } m = T.t`field`; get x() { return T.t`getter` } } log(new T().m, new T().x);
log((() => (s) => s.raw[0])()`curried`, `a${`b${(() => 'c')()}`}`, ((s) => Object.isFrozen(s) && Object.isFrozen(s.raw))`x`);
const lines = () => `
  ${(() => { throw new Error('in template') })()}
`; try { lines() } catch (e) { log(e.stack.split('\n').slice(1, 3).map((l) => l.trim().replace(/\(.*[\\/]/, '('))) }
