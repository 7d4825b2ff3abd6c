import mysql from 'mysql2';
import promised from 'mysql2/promise';

const options = { host: '127.0.0.1', port: Number(process.env.PORT), user: 'u', password: 'p', database: 'shop' };
const pool = promised.createPool({ ...options, connectionLimit: 2 });
const connection = mysql.createConnection(options);

async function count() {
  const [[row]] = await pool.query('select count(*) as n');
  if (row.n !== 1) throw new Error(`wrong: ${row.n}`);
}

function withCallback() {
  return new Promise((resolve, reject) => {
    connection.query('select 1 as n', (error, rows) => (error ? reject(error) : resolve(rows)));
  });
}

function streamed() {
  return new Promise((resolve, reject) => {
    connection.query('select 2 as n').on('error', reject).on('end', resolve);
  });
}

async function transaction() {
  const own = await pool.getConnection();
  await own.query('start transaction');
  await own.query('commit');
  own.release();
}

async function broken() {
  await pool.query('select * from nowhere').catch((error) => console.log(error.errno));
}

await Promise.all([1, 2, 3, 4, 5].map(() => count()));
await withCallback();
await streamed();
await transaction();
await broken();
await pool.end();
connection.end();
