import { attempt, require, say } from './hindcastSupport.mjs';

const yargs = require('./');
const make = (args) =>
  yargs(args)
    .scriptName('tool')
    .exitProcess(false)
    .locale('en')
    .wrap(80)
    .parserConfiguration({ 'dot-notation': true })
    .option('verbose', { alias: 'v', count: true, describe: 'more' })
    .option('size', { choices: ['s', 'l'], default: 's' })
    .option('list', { array: true, number: true })
    .option('config', { config: true, hidden: true })
    .option('on', { boolean: true, default: true, group: 'Switches:' })
    .option('when', { coerce: (v) => new Date(v).getTime(), requiresArg: true })
    .conflicts('x', 'y')
    .implies('z', 'size')
    .command(
      ['build <src> [targets..]', 'b'],
      'Build',
      (y) =>
        y
          .option('out', { demandOption: true, type: 'string' })
          .positional('src', { type: 'string' })
          .example('$0 build a', 'Builds a'),
      async (argv) => {
        await null;
        say('  build', argv);
      },
    )
    .command('fail', 'Fails', {}, () => {
      throw new RangeError('failed');
    })
    .command('reject', 'Rejects', {}, async () => {
      throw new Error('rejected');
    })
    .command({
      command: 'obj [n]',
      describe: 'An object',
      builder: { n: { type: 'number' } },
      handler(argv) {
        say('  obj', [argv.n, typeof this]);
      },
    })
    .middleware((argv) => {
      argv.middle = true;
    })
    .middleware(async (argv) => {
      await null;
      argv.later = argv.middle;
    }, false)
    .check((argv) => {
      if (argv.v > 3) throw new Error('too verbose');
      return true;
    })
    .strict()
    .demandCommand(1, 'A command, please')
    .recommendCommands()
    .epilogue('The end')
    .help()
    .version('4.5.6');
for (const line of [
  '',
  '--help',
  '--version',
  'build',
  'build a --out b c d',
  'b a --out b -vv --list 1 2 3',
  'build a --out=b --no-on --size l',
  'buid',
  'obj 5',
  'obj x --x --y',
  'fail',
  'reject',
  'obj -vvvv',
  'obj --when',
  'obj --when 2020-01-01',
  'obj --z',
  'obj --unknown',
  'build --help',
  'obj --a.b.c 1 -- rest',
])
  await attempt(`tool ${line}`, async () => {
    const printed = [];
    const result = await new Promise((done) => {
      try {
        const r = make([]).parse(line.split(' ').filter(Boolean), {}, (error, argv, output) => {
          printed.push(error?.name, error?.message, output);
        });
        Promise.resolve(r).then(
          (argv) => done(argv),
          (error) => done(`rejected ${error.message}`),
        );
      } catch (error) {
        done(`threw ${error.message}`);
      }
    });
    return [printed, result];
  });
const { Parser } = yargs;
say('parser', Parser ? Parser('--a 1 -bc --no-d --e.f=2 g', { array: ['a'] }) : 'none');
say(
  'completion',
  await new Promise((done) => make([]).getCompletion(['bu'], (error, list) => done(list ?? String(error)))),
);
