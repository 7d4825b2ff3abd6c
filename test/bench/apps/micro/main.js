'use strict';
const http = require('node:http');
const { control } = require('../control.js');
const { handle } = require('./handler.js');

const server = http.createServer(handle);
server.listen(0, '127.0.0.1', () => control({ port: server.address().port, store: 'timers' }));
