'use strict';
const { createApp } = require('./app');
const { Shelf } = require('./services/shelf');

const shelf = new Shelf(['Emma', 'Ulysses', 'Middlemarch']);
const server = createApp(shelf).listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`listening on ${server.address().port}`);
});

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
