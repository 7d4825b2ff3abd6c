#!/usr/bin/env node
const f = (a) => a + 1; console.log(f(1), f.toString(), new Error('x').stack.split('\n')[1].includes('hashbang.cjs:2:59'));
