import { expect, test } from 'vitest';
import { kindOfCallee } from './callKinds.js';
import { fileNames } from './fileNames.js';

const text = `
import pg, { Pool } from 'pg';
import { readFile } from 'node:fs/promises';
import * as fs from 'fs';
import axios from 'axios';
import type { Redis } from 'ioredis';
import { createClient } from 'redis';
import { createServer } from 'node:http';
import { fetch as load } from './own.js';
const { Kafka } = require('kafkajs');
const pool = new Pool();
const things: Things = new Map();
const cache = new Map();
const api = axios.create({ baseURL });
const kafka = new Kafka({});
const producer = kafka.producer();
const source = await readFile('x', 'utf8');
class Orders {
  constructor(private readonly redis: Redis, private readonly prisma: PrismaClient) { this.items = createClient(); }
}
`;

test.each([
  ['pool.query', 'database'],
  ['this.prisma.order.findMany', 'database'],
  ['knex.select', 'database'],
  ['ctx.db.insert', 'database'],
  ['s.db.QueryRowContext', 'database'],
  ['this.redis.hgetall', 'cache'],
  ['this.items.get', 'cache'],
  ['fetch', 'http'],
  ['axios.get', 'http'],
  ['api.post', 'http'],
  ['requests.get', 'http'],
  ['producer.send', 'queue'],
  ['readFile', 'filesystem'],
  ['fs.promises.stat', 'filesystem'],
  ['new Pool', 'unknown'],
  ['cache.get', 'unknown'],
  ['source.includes', 'unknown'],
  ['createServer', 'unknown'],
  ['load', 'unknown'],
  ['things.find', 'unknown'],
  ['items.map', 'unknown'],
  ['order.save.then', 'unknown'],
])('%s is %s', (callee, kind) => expect(kindOfCallee(callee, fileNames(text))).toBe(kind));
