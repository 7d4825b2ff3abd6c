// A collector in a process of its own, for tests that kill it: prints its addresses as one line of JSON.
import { silentLogger } from '@hindcast/core/logger';
import { startCollector } from '@hindcast/collector/startCollector';

const [store = 'memory'] = process.argv.slice(2);
const local = '127.0.0.1:0';
void startCollector({ otlpGrpc: local, otlpHttp: undefined, query: local, store }, silentLogger).then((collector) => {
  process.stdout.write(`${JSON.stringify(collector.addresses)}\n`);
});
