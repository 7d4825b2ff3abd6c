'use strict';

const { createApp } = require('./app.js');
const { createUpstreams } = require('./upstreams.js');

const upstreams = createUpstreams({
  inventoryUrl: process.env.INVENTORY_URL ?? 'http://127.0.0.1:46102',
  paymentsUrl: process.env.PAYMENTS_URL ?? 'http://127.0.0.1:46103',
});
const server = createApp(upstreams).listen(Number(process.env.PORT ?? 46101), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: 'orders', port: server.address().port }));
});
