// Who called whom, written down by the services themselves: every request says in a header which function sends it.
const book = {};

export function note(caller, handler) {
  const key = `${caller} -> ${handler}`;
  book[key] = (book[key] ?? 0) + 1;
}

export function sayAtEnd() {
  process.on('SIGTERM', () => {
    console.log(JSON.stringify(book));
    process.exit(0);
  });
}
