'use strict';
const { control } = require('../control.js');
const { buildApp } = require('./app.js');
const { openStore } = require('./store/openStore.js');

async function main() {
  const { store, kind } = openStore();
  const app = buildApp(store);
  await app.listen({ host: '127.0.0.1', port: 0 });
  control({ port: app.server.address().port, store: kind });
}

main();
