'use strict';

/** node:sqlite where this Node has it without a flag; otherwise tables in memory that answer after a turn of the event loop. */
function openStore() {
  let sqlite;
  try {
    sqlite = require('node:sqlite');
  } catch {
    const { MemoryStore } = require('./memoryStore.js');
    return { store: new MemoryStore(), kind: 'memory' };
  }
  const { SqliteStore } = require('./sqliteStore.js');
  return { store: new SqliteStore(sqlite), kind: 'node:sqlite' };
}

module.exports = { openStore };
