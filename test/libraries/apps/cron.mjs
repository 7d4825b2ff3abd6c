import { CronJob } from 'cron';
import { Cron } from 'croner';
import cron from 'node-cron';

let left = 3;
let finish;
const finished = new Promise((resolve) => (finish = resolve));
const done = () => --left === 0 && finish();

async function byNodeCron() {
  task.stop();
  done();
}

// cron may call for the first time at once, which is no timer's work.
let called = 0;
function byCron() {
  if (++called < 2) return;
  job.stop();
  done();
}

function byCroner() {
  croner.stop();
  done();
}

const task = cron.schedule('* * * * * *', byNodeCron);
const job = CronJob.from({ cronTime: '* * * * * *', onTick: byCron, start: true });
const croner = new Cron('* * * * * *', byCroner);
await finished;
await task.destroy();
