// Loaded into a server under load: tells what it has used so far when its parent asks.
process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1024 / 1024 });
});
// The parent's channel keeps nobody alive; the server under load decides when it ends.
process.channel?.unref();
