import type { CallKind } from '@hindcast/core/assess/functionChange';
import type { FileNames } from './fileNames.js';

type Rule = readonly [CallKind, RegExp];

/** Packages by what they talk to; the first that fits. Names of npm, PyPI, Go, Maven and others. */
const PACKAGES: readonly Rule[] = [
  [
    'database',
    /^(?:pg(?:-.*)?|postgres|mysql2?|mariadb|better-sqlite3|sqlite3?|node:sqlite|bun:sqlite|mongodb|mongoose|knex|sequelize(?:-.*)?|typeorm|kysely|drizzle-orm|slonik|objection|tedious|mssql|oracledb|cassandra-driver|neo4j-driver|@prisma\/client|@mikro-orm\/.*|@clickhouse\/client|@elastic\/elasticsearch|@aws-sdk\/(?:client-dynamodb|lib-dynamodb)|psycopg2?|asyncpg|pymongo|motor|sqlalchemy|pymysql|aiosqlite|peewee|django\.db.*)(?:\/|\.|$)/,
  ],
  [
    'cache',
    /^(?:redis|ioredis|@redis\/.*|memjs|memcached|keyv|node-cache|aioredis|pymemcache|django\.core\.cache)(?:\/|\.|$)/,
  ],
  ['rpc', /^(?:@grpc\/.*|grpc|grpcio|@connectrpc\/.*|@trpc\/client|thrift|nice-grpc)(?:\/|\.|$)/],
  [
    'queue',
    /^(?:amqplib|amqp-connection-manager|kafkajs|@confluentinc\/.*|bull|bullmq|bee-queue|nats|sqs-consumer|@aws-sdk\/client-(?:sqs|sns|kinesis|eventbridge)|@google-cloud\/pubsub|@azure\/service-bus|mqtt|pika|aio_pika|kafka|celery|agenda|pg-boss)(?:\/|\.|$)/,
  ],
  [
    'http',
    /^(?:(?:node:)?https?2?|axios|got|ky|node-fetch|undici|superagent|request(?:-promise)?|needle|wretch|requests|httpx|aiohttp|urllib3?|@octokit\/.*|stripe|openai|@aws-sdk\/client-.*)(?:\/|\.|$)/,
  ],
  ['filesystem', /^(?:(?:node:)?fs(?:\/promises)?|fs-extra|graceful-fs|fast-glob|glob|rimraf|shutil)(?:\/|\.|$)/],
];

/** What receivers and functions are usually called, where nothing better is known: any language. */
const SQL_VERBS =
  'query|execute|exec|run|raw|all|each|queryRaw|queryRow|queryContext|execContext|queryRowContext|executemany|fetchone|fetchall|fetchrow|fetch|select|insert|update|delete|upsert|merge|replace|find|findOne|findAll|findMany|findFirst|findUnique|findUniqueOrThrow|findFirstOrThrow|findById|findByPk|findBy|findOneBy|findOneOrFail|find_by|find_one|get|getOne|getMany|first|create|createMany|bulkCreate|insertOne|insertMany|insertGetId|updateOne|updateMany|updateById|deleteOne|deleteMany|destroy|remove|save|persist|flush|aggregate|count|countDocuments|distinct|groupBy|exists|transaction|findAndCountAll|queryForObject|queryForList|batchUpdate|deleteById|findByIdAndUpdate|findOneAndUpdate|replaceOne|bulkWrite|where|any|one|oneOrNone|many|manyOrNone|none|\\$queryRaw|\\$executeRaw|\\$transaction|\\$queryRawUnsafe|scan|Query|QueryRow|QueryContext|QueryRowContext|Exec|ExecContext|ExecuteReader|ExecuteReaderAsync|ExecuteScalarAsync|ExecuteNonQueryAsync|QueryAsync|ExecuteAsync|FirstOrDefaultAsync|ToListAsync|SaveChangesAsync|SaveChanges|FindAsync';
const VERB: Readonly<Partial<Record<CallKind, RegExp>>> = {
  database: new RegExp(`^(?:${SQL_VERBS})$`),
  cache:
    /^(?:m?get|m?set|setex|setnx|del|delete|incr(?:by)?|decr(?:by)?|expire|h(?:m?get|m?set|getall|del|incrby)|l(?:push|pop|range)|r(?:push|pop)|s(?:add|rem|members|ismember)|z(?:add|rem|range|rangebyscore)|exists|ttl|has|put|remember|wrap|fetch|eval|pipeline|multi|exec|Get|Set|Del)$/i,
  queue:
    /^(?:publish|send|sendBatch|sendToQueue|sendMessage|enqueue|add|addBulk|produce|dispatch|basic_publish|delay|apply_async|perform_later|perform_async)$/i,
  http: /^(?:get|post|put|patch|delete|head|options|request|fetch|send|call|getForObject|postForObject|exchange|retrieve|Get|Post|Do|Head|PostForm|GetAsync|PostAsync|SendAsync|PutAsync|DeleteAsync)$/,
  filesystem: /./,
};

/** Receivers that tell; each word of a chain is tried from the last to the first. */
const RECEIVERS: readonly Rule[] = [
  ['cache', /^(?:redis|memcached?|cache|caches|\w+Cache|redis\w+|\w+Redis|rdb|Redis|Rails\.cache)$/],
  [
    'queue',
    /^(?:producer|publisher|channel|queue|kafka|sns|sqs|pubsub|topic|broker|bus|eventBus|\w+Queue|\w+Producer|\w+Publisher|amqp|nats)$/,
  ],
  [
    'database',
    /^(?:db|database|dbh|pool|conn|connection|sql|knex|trx|tx|transaction|prisma|sequelize|mongo|mongoose|collection|orm|em|entityManager|jdbcTemplate|namedParameterJdbcTemplate|cursor|cur|session|stmt|statement|\w+(?:Repository|Repo|Dao|DAO|Db|DB|Database|Pool|Collection|Cursor|DbContext)|repository|repo|dbContext|ActiveRecord|wpdb|pdo)$/,
  ],
  [
    'http',
    /^(?:axios|got|ky|superagent|http|https|requests|httpx|restTemplate|webClient|httpClient|HttpClient|\w+HttpClient|Net|Faraday|HTTParty|reqwest|guzzle)$/,
  ],
  ['filesystem', /^(?:fs|fsp|fsPromises|fse|File|Files|FileUtils|ioutil|Dir)$/],
];

const FUNCTIONS: readonly Rule[] = [
  ['http', /^(?:fetch|nodeFetch|axios|got|ky|superagent|urlopen|http_get|curl_exec)$/],
  ['database', /^(?:mysqli?_query|pg_query|sql|\$queryRaw)$/],
  [
    'filesystem',
    /^(?:readFile|writeFile|appendFile|readdir|mkdir|unlink|copyFile|createReadStream|createWriteStream)(?:Sync)?$|^(?:fopen|file_get_contents|file_put_contents|open)$|^os\.(?:Open|OpenFile|ReadFile|WriteFile|ReadDir|Create|Remove)$|^std\.fs\./,
  ],
];

/** Of these nothing reaches outside: their calls are not told. */
const SILENT =
  /^(?:(?:node:)?(?:path|util|url|crypto|os|events|assert|buffer|querystring|string_decoder|perf_hooks|async_hooks|timers|zlib|test|v8|vm)(?:\/.*)?|vitest|jest|mocha|chai|lodash.*|ramda|date-fns.*|dayjs|luxon|uuid|nanoid|zod|yup|joi|ajv|react.*|classnames|re|math|json|typing|dataclasses|collections|itertools|functools|datetime|logging|pytest|unittest)$/;

/** What is done with a client or an answer that asks nothing more. */
const CHAIN_ENDS =
  /^(?:map|forEach|filter|reduce|slice|join|includes|flatMap|some|every|then|catch|finally|on|once|off|close|end|release|destroy|unref|toString|length|pipe|abort|connect|quit|disconnect)$/;

/** What a package talks to; undefined for others. */
function kindOfPackage(module: string): CallKind | undefined {
  if (module.startsWith('.') || module.startsWith('/')) return undefined;
  return PACKAGES.find(([, names]) => names.test(module))?.[0];
}

/** Packages of which nothing reaches outside. */
export function isSilentPackage(module: string): boolean {
  return SILENT.test(module);
}

/**
 * What a call reaches, by where its receiver comes from, else by how it is called. `unknown` when neither tells.
 * @param callee as `calleeChain` gives it
 */
export function kindOfCallee(callee: string, names: FileNames): CallKind {
  const inFile = knownKinds.get(names) ?? new Map<string, CallKind>();
  knownKinds.set(names, inFile);
  const known = inFile.get(callee);
  if (known !== undefined) return known;
  const kind = findKind(callee, names);
  inFile.set(callee, kind);
  return kind;
}

/** The same callees are asked about for each function that leads to them. */
const knownKinds = new WeakMap<FileNames, Map<string, CallKind>>();

function findKind(callee: string, names: FileNames): CallKind {
  if (callee.startsWith('new ')) return 'unknown';
  const parts = callee.replace(/^(?:this|self|@)\./, '').split('.');
  const last = parts.at(-1) ?? '';
  if (parts.length > 1 && CHAIN_ENDS.test(last)) return 'unknown';
  const origin = originOf(parts, names);
  const kind = origin && kindOfPackage(origin.module);
  if (origin && kind !== undefined) return isTalk(kind, parts, origin) ? kind : 'unknown';
  const isOwn = origin?.module.startsWith('.') === true;
  const named = FUNCTIONS.find(([, rule]) => rule.test(parts.length === 1 ? last : parts.join('.')));
  // An own module's `fetch` is not the runtime's.
  if (named && !(parts.length === 1 && isOwn)) return named[0];
  if (parts.length < 2 || isPlainValue(parts[0] ?? '', names)) return 'unknown';
  for (const word of parts.slice(0, -1).toReversed()) {
    const found = RECEIVERS.find(([own, receivers]) => receivers.test(word) && VERB[own]?.test(last));
    if (found) return found[0];
  }
  return 'unknown';
}

/** The package that a name comes from. */
interface Origin {
  readonly module: string;
  /** What of it, as `ImportedName` says. */
  readonly name: string;
  /** Undefined when the name is imported itself, else what it was last made from: `Pool`, `axios.create`. */
  readonly madeFrom: string | undefined;
}

/** Where a call's receiver comes from, followed through what variables are made from. */
export function originOf(parts: readonly string[], { imports, madeFrom }: FileNames): Origin | undefined {
  let root = parts[0] ?? '';
  let from: string | undefined;
  for (let step = 0; step < 4; step++) {
    const imported = imports.get(root);
    if (imported) return { ...imported, madeFrom: from };
    const next = madeFrom.get(root);
    const [first] = next?.split('.') ?? [];
    if (first === undefined || first === root) return undefined;
    from = next;
    root = first;
  }
  return undefined;
}

/** Whether a name stands for a collection or a value that the process keeps itself. */
function isPlainValue(root: string, { madeFrom }: FileNames): boolean {
  return /^(?:Map|Set|WeakMap|WeakSet|Array|Object|LRUCache|LRU|Promise|Headers|URLSearchParams|FormData|dict|list)$/.test(
    madeFrom.get(root) ?? '',
  );
}

/** Whether a call into a library asks something outside, rather than making a client or a value. */
function isTalk(kind: CallKind, parts: readonly string[], { name, madeFrom }: Origin): boolean {
  const last = parts.at(-1) ?? '';
  const isAlone = parts.length === 1;
  const isImported = madeFrom === undefined;
  switch (kind) {
    case 'filesystem':
      // What was read from a file is a value.
      return isImported && !/^(?:join|resolve|basename|dirname|extname|sep|constants)$/.test(last);
    case 'http':
      if (!isImported)
        return /create|extend|instance|client|api|agent|session/i.test(madeFrom) && VERB.http?.test(last) === true;
      return VERB.http?.test(last) === true || (isAlone && (name === 'default' || name === '*'));
    case 'rpc':
      // Methods have the names of what they ask for; what the library itself exports makes clients.
      return !isImported && !isAlone;
    default:
      if (isAlone) return /sql|query/i.test(last);
      return !/^(?:create(?:Client|Pool|Connection|Server|Agent)|Schema|model|define|Types|ObjectId|prepare|listen)$/.test(
        last,
      );
  }
}
