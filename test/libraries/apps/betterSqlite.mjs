import Database from 'better-sqlite3';

const db = new Database(':memory:');

function prepare() {
  db.exec('create table t (a)');
}

function insert(n) {
  db.prepare('insert into t values (?)').run(n);
}

const insertAll = db.transaction((numbers) => {
  for (const n of numbers) insert(n);
});

function read() {
  const all = db.prepare('select a from t').all().length;
  const one = db.prepare('select count(*) as n from t').get().n;
  const each = [...db.prepare('select a from t').iterate()].length;
  if (all !== 5 || one !== 5 || each !== 5) throw new Error(`${all} ${one} ${each}`);
}

function broken() {
  db.prepare('insert into t values (?)').run({});
}

prepare();
insertAll([1, 2, 3]);
insert(4);
insert(5);
read();
try {
  broken();
} catch (error) {
  console.log(error.name);
}
db.close();
