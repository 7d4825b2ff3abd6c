/**
 * Who is told which function calls. Names of functions and files are nobody's business outside: by default only hosts that
 * are certainly inside (this machine, private addresses, names that no public domain can have) get them.
 */
export class Audience {
  readonly #extra: readonly string[];
  readonly #everyone: boolean;
  readonly #nobody: boolean;
  readonly #known = new Map<string, boolean>();

  /** `setting`: `HINDCAST_PROPAGATE_TO`: `all`, `none`, or further hosts, `host` or `.suffix` with commas between. */
  constructor(setting: string | undefined) {
    const words = (setting ?? '')
      .toLowerCase()
      .split(',')
      .map((word) => word.trim().replace(/^\*\./, '.'))
      .filter((word) => word !== '');
    this.#everyone = words.includes('all') || words.includes('*');
    this.#nobody = words.includes('none');
    this.#extra = words;
  }

  /** `host`: a name or an address, with or without a port. */
  includes(host: string): boolean {
    if (this.#nobody) return false;
    if (this.#everyone) return true;
    const known = this.#known.get(host);
    if (known !== undefined) return known;
    const name = bareHost(host);
    const included =
      isInside(name) || this.#extra.some((word) => (word.startsWith('.') ? name.endsWith(word) : name === word));
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(host, included);
    return included;
  }
}

const MAX_KNOWN = 1000;

const PRIVATE_SUFFIX =
  /\.(?:local|localhost|internal|intranet|private|corp|home|lan|home\.arpa|test|svc|svc\.cluster\.local)$/;
const PRIVATE_V4 =
  /^(?:0\.0\.0\.0|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|169\.254\.\d+\.\d+|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+)$/;
const PRIVATE_V6 = /^(?:::1?|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*)$/;

function bareHost(host: string): string {
  const lower = host.toLowerCase();
  const bracketed = /^\[([^\]]*)\]/.exec(lower)?.[1];
  if (bracketed !== undefined) return bracketed.replace(/^::ffff:(?=\d+\.)/, '');
  const name = (lower.split(':').length > 2 ? lower : lower.replace(/:\d*$/, '')).replace(/\.$/, '');
  return name.replace(/^::ffff:(?=\d+\.)/, '');
}

function isInside(name: string): boolean {
  if (name === '') return false;
  if (name.includes(':')) return PRIVATE_V6.test(name);
  // A name without a dot is resolved by the network's own search path: a container's, a pod's, a machine's.
  return !name.includes('.') || PRIVATE_SUFFIX.test(name) || PRIVATE_V4.test(name);
}
