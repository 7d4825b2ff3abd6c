import express from 'express';

const app = express();
const shop = express.Router({ mergeParams: true });

function item(request, response) {
  response.json({ id: request.params.item });
}

shop.get('/items/:item', item);
app.use('/shops/:shop', shop);
const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.on('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
for (const i of [1, 2, 3]) await (await fetch(`${url}/shops/${i}/items/${i}`)).text();
server.close();
server.closeAllConnections();
