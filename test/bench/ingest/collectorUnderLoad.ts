// The collector in a process of its own, for the ingest bench: tells its parent its addresses and what it has used.
import { silentLogger } from '@hindcast/core/logger';
import { startCollector } from '@hindcast/collector/startCollector';
import './probe.mjs';

const [store = 'memory'] = process.argv.slice(2);
const local = '127.0.0.1:0';
void startCollector({ otlpGrpc: local, otlpHttp: local, query: local, store }, silentLogger).then((collector) => {
  process.send?.(collector.addresses);
  process.on('SIGTERM', () => void collector.close().then(() => process.exit()));
});
