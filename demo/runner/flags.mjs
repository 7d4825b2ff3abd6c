import { parseArgs } from 'node:util';

export const usage = `npm start -- [options]: a shop of four services under traffic, the collector, and the editor on the shop's code.

  --no-editor         do not open the editor
  --rate N            requests a second (20)
  --duration SECONDS  how long traffic is sent; the shop stays up afterwards (until Ctrl+C)
  --json FILE         write addresses, process ids and the traffic's own counts to FILE, again every second
  --free-ports        take free ports instead of the usual ones
  --no-build          take what \`npm run build\` made
  --help              this text
`;

export class UsageError extends Error {
  name = 'UsageError';
}

/** The command line as options; durations in seconds. Throws a UsageError that names what is wrong. */
export function parseFlags(argv) {
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        'no-editor': { type: 'boolean', default: false },
        rate: { type: 'string', default: '20' },
        duration: { type: 'string' },
        json: { type: 'string' },
        'free-ports': { type: 'boolean', default: false },
        'no-build': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  return {
    help: values.help,
    editor: !values['no-editor'],
    build: !values['no-build'],
    freePorts: values['free-ports'],
    ratePerSecond: positive('--rate', values.rate),
    durationSeconds: values.duration === undefined ? undefined : positive('--duration', values.duration),
    json: values.json,
  };
}

function positive(flag, text) {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && Number.isFinite(value))) {
    throw new UsageError(`${flag} must be a number above 0; it is "${text}"`);
  }
  return value;
}
