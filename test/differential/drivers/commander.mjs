import { attempt, require, say } from './hindcastSupport.mjs';

const { Command, Option, Argument, InvalidArgumentError } = require('./');
function program() {
  const p = new Command('tool').version('1.2.3').description('A tool').exitOverride().enablePositionalOptions();
  const text = [];
  p.configureOutput({
    writeOut: (t) => text.push(t),
    writeErr: (t) => text.push(`E ${t}`),
    getOutHelpWidth: () => 80,
    getErrHelpWidth: () => 80,
  });
  p.option('-v, --verbose', 'more', (_, n) => n + 1, 0)
    .option('-c, --colour [when]', 'colour')
    .option('--no-cache', 'no cache')
    .option('-n, --number <n>', 'a number', Number.parseFloat, 1);
  p.addOption(new Option('-s, --size <size>', 'size').choices(['small', 'large']).default('small').env('SIZE'))
    .addOption(new Option('--secret').hideHelp())
    .addOption(new Option('--a').conflicts('b'))
    .option('--b')
    .option('-l, --list <items...>', 'list');
  p.hook('preAction', (_, action) => text.push(`pre ${action.name()}`)).hook('postAction', async () => {
    await null;
    text.push('post');
  });
  p.command('build <source> [targets...]')
    .alias('b')
    .description('Build it')
    .option('-f, --force')
    .requiredOption('-o, --out <dir>', 'where')
    .action(async (source, targets, options, command) => {
      await null;
      text.push(JSON.stringify([source, targets, options, command.optsWithGlobals()]));
    });
  p.command('sum')
    .argument('<n>', 'first', (v) => {
      const n = Number(v);
      if (Number.isNaN(n)) throw new InvalidArgumentError('Not a number.');
      return n;
    })
    .addArgument(new Argument('[m]').default(2).argParser(Number))
    .action((n, m) => text.push(String(n + m)));
  p.command('fail').action(() => {
    throw new RangeError('failed');
  });
  const nested = p.command('nested').description('has more');
  nested
    .command('deep')
    .passThroughOptions()
    .argument('[args...]')
    .action((args) => text.push(args.join()));
  p.addHelpText('after', '\nExamples:\n  tool build x -o y')
    .showSuggestionAfterError()
    .showHelpAfterError('(try --help)')
    .on('option:verbose', () => text.push('verbose!'));
  return { p, text };
}
for (const line of [
  '',
  '--help',
  '-V',
  'help build',
  'build',
  'build src',
  'build src -o out t1 t2 -f',
  '-vvv build s --out=o',
  '-c auto --no-cache -n 2.5 sum 3',
  'sum x',
  'sum 1 5',
  '--size medium sum 1',
  '--size=large -l a b c -- sum 1',
  '--a --b sum 1',
  'buld',
  '--verbos',
  'fail',
  'nested',
  'nested deep -x --y z',
  'help nope',
  '-n',
  '--unknown=1',
  'sum 1 2 3',
  'b s -o p',
])
  await attempt(`tool ${line}`, async () => {
    const { p, text } = program();
    try {
      await p.parseAsync(line.split(' ').filter(Boolean), { from: 'user' });
      return [text, p.opts(), p.args];
    } catch (error) {
      return [text, error.name, error.code, error.exitCode, error.message];
    }
  });
say('help', program().p.helpInformation());
say('names', Object.keys(require('./')).sort());
