import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDebianServer } from './tools/install.mjs';

const START_MS = 60_000;
const POLL_MS = 50;
const DATABASE = 'hindcast';
export const CLUSTER = 'two_by_two';

/** Why Debian's server cannot be had here; undefined when it can. */
export const debianMissing = installDebianServer().reason;

interface Node {
  readonly shard: number;
  readonly replica: number;
  readonly http: number;
  readonly tcp: number;
  readonly interserver: number;
  readonly folder: string;
  process: ChildProcess | undefined;
}

/** Two shards of two replicas each and the ZooKeeper between them: Debian's clickhouse-server 18.16, five processes on loopback. */
export class DebianCluster {
  private zookeeper: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly root: string,
    private readonly nodes: readonly Node[],
  ) {}

  static async start(): Promise<DebianCluster> {
    const tools = installDebianServer();
    if (tools.reason !== undefined) throw new Error(tools.reason);
    const folder = mkdtempSync(join(tmpdir(), 'hindcast-cluster-'));
    const [zooPort = 0, ...ports] = await freePorts(13);
    const nodes = [0, 1, 2, 3].map((i): Node => {
      const [http = 0, tcp = 0, interserver = 0] = ports.slice(3 * i);
      const own = join(folder, `node${i}`);
      return { shard: (i >> 1) + 1, replica: (i % 2) + 1, http, tcp, interserver, folder: own, process: undefined };
    });
    const cluster = new DebianCluster(folder, tools.root, nodes);
    try {
      await cluster.startZooKeeper(tools.java, zooPort);
      for (const node of nodes) writeConfiguration(node, nodes, zooPort);
      await Promise.all(nodes.map((_, i) => cluster.startNode(i)));
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** The address of the store by way of one node; of the others too when that one is not there. */
  address(first: number, database = DATABASE): string {
    const order = this.nodes.map((_, i) => this.nodes[(first + i) % this.nodes.length]);
    return `clickhouse://${order.map((node) => `127.0.0.1:${node?.http}`).join(',')}/${database}?cluster=${CLUSTER}&timeout_ms=30000&write_interval_ms=0`;
  }

  /** The same through this node alone. */
  addressOf(only: number, database = DATABASE): string {
    return `clickhouse://127.0.0.1:${this.nodes[only]?.http}/${database}?cluster=${CLUSTER}&timeout_ms=30000&write_interval_ms=0`;
  }

  /** Asks one node; rows of cells as text. */
  async ask(node: number, query: string): Promise<string[][]> {
    const response = await fetch(`http://127.0.0.1:${this.nodes[node]?.http}/`, {
      method: 'POST',
      body: query,
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  }

  async kill(index: number): Promise<void> {
    const node = this.nodes[index];
    if (node?.process) await ended(node.process);
    if (node) node.process = undefined;
  }

  async startNode(index: number): Promise<void> {
    const node = this.nodes[index];
    if (!node) return;
    const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((it) => join(this.root, it));
    node.process = spawn(
      join(this.root, 'usr/sbin/clickhouse-server'),
      [`--config-file=${join(node.folder, 'config.xml')}`],
      {
        env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
        stdio: 'ignore',
      },
    );
    await until(
      () => this.ask(index, 'SELECT 1').then(() => true),
      () => tail(join(node.folder, 'error.log')),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.nodes.map((_, i) => this.kill(i)), ...(this.zookeeper ? [ended(this.zookeeper)] : [])]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startZooKeeper(java: string, port: number): Promise<void> {
    const data = join(this.folder, 'zookeeper');
    mkdirSync(data);
    const configuration = join(data, 'zoo.cfg');
    writeFileSync(
      configuration,
      `tickTime=500\ndataDir=${data}\nclientPort=${port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n4lw.commands.whitelist=ruok\n`,
    );
    const jars = ['/usr/share/java', join(this.root, 'usr/share/java')].map((it) => `${it}/*`).join(':');
    this.zookeeper = spawn(
      java,
      ['-Xmx256m', '-cp', jars, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', configuration],
      { stdio: 'ignore' },
    );
    await until(
      async () => {
        const socket = (await import('node:net')).connect(port, '127.0.0.1');
        return new Promise<boolean>((resolve, reject) => {
          socket.once('connect', () => resolve(true));
          socket.once('error', reject);
        }).finally(() => socket.destroy());
      },
      () => 'ZooKeeper does not listen',
    );
  }
}

function writeConfiguration(node: Node, nodes: readonly Node[], zooPort: number): void {
  mkdirSync(node.folder, { recursive: true });
  const path = (name: string): string => join(node.folder, name);
  const shards = [1, 2].map((shard) => {
    const replicas = nodes
      .filter((it) => it.shard === shard)
      .map((it) => `<replica><host>127.0.0.1</host><port>${it.tcp}</port></replica>`);
    return `<shard><internal_replication>true</internal_replication>${replicas.join('')}</shard>`;
  });
  writeFileSync(
    path('config.xml'),
    `<yandex>
      <logger><level>warning</level><log>${path('server.log')}</log><errorlog>${path('error.log')}</errorlog></logger>
      <http_port>${node.http}</http_port><tcp_port>${node.tcp}</tcp_port>
      <interserver_http_port>${node.interserver}</interserver_http_port><interserver_http_host>127.0.0.1</interserver_http_host>
      <listen_host>127.0.0.1</listen_host><path>${path('data')}/</path><tmp_path>${path('tmp')}/</tmp_path>
      <users_config>users.xml</users_config><default_profile>default</default_profile>
      <default_database>default</default_database><timezone>UTC</timezone><mark_cache_size>67108864</mark_cache_size>
      <macros><shard>${node.shard}</shard><replica>${node.replica}</replica></macros>
      <remote_servers><${CLUSTER}>${shards.join('')}</${CLUSTER}></remote_servers>
      <zookeeper><node><host>127.0.0.1</host><port>${zooPort}</port></node><session_timeout_ms>3000</session_timeout_ms></zookeeper>
      <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
    </yandex>`,
  );
  writeFileSync(
    path('users.xml'),
    `<yandex><profiles><default><max_memory_usage>1000000000</max_memory_usage></default></profiles>
     <users><default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default></users>
     <quotas><default></default></quotas></yandex>`,
  );
}

/** Ports that nothing listens on just now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function until(isDone: () => Promise<boolean>, words: () => string): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    try {
      if (await isDone()) return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error(words(), { cause: error });
    }
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await end;
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-1000);
  } catch {
    return 'The server wrote no log.';
  }
}
