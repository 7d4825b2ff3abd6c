import pg from 'pg';

const options = { host: '127.0.0.1', port: Number(process.env.PORT), user: 'postgres', database: 'postgres' };
const pool = new pg.Pool({ ...options, max: 3 });
const client = new pg.Client(options);
await client.connect();

async function one(id) {
  return (await pool.query('select $1::int as id', [id])).rows[0].id;
}

function withCallback() {
  return new Promise((resolve, reject) => {
    pool.query('select 1', (error, result) => {
      if (error) return reject(error);
      // What the program does in a callback is its own work.
      afterwards().then(() => resolve(result), reject);
    });
  });
}

function afterwards() {
  return client.query('select 2');
}

async function transaction() {
  const connection = await pool.connect();
  await connection.query('begin');
  await connection.query('select 1');
  await connection.query('commit');
  connection.release();
}

async function broken() {
  await pool.query('select * from nowhere').catch(() => undefined);
}

function unhandled() {
  void client.query('select * from nowhere');
}

const ids = await Promise.all([1, 2, 3, 4, 5].map((id) => one(id)));
if (ids.join() !== '1,2,3,4,5') throw new Error(ids.join());
await withCallback();
await transaction();
await broken();
await new Promise((resolve) => {
  process.once('unhandledRejection', (error) => resolve(console.log(error.code)));
  unhandled();
});
const result = await new Promise((resolve) => {
  const query = new pg.Query('select 3 as three');
  query.on('row', (row) => resolve(row));
  (function submitted() {
    client.query(query);
  })();
});
console.log(result.three);
await client.end();
await pool.end();
