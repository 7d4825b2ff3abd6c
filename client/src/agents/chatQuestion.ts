/** What a person asks `@prod`, before anything is read. */
export interface ChatQuestion {
  /** `context`, `risk`, `regressions`, `why`, `fix`; undefined when they only wrote. */
  readonly command: string | undefined;
  readonly prompt: string;
  /** `path:line` of what they attached. */
  readonly places: readonly string[];
  /** Paths of files that they attached. */
  readonly files: readonly string[];
  /** `path:line` of the cursor, used when they name nothing. */
  readonly cursor: string | undefined;
}

/** One call of a tool. */
export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export type ChatCommand = 'context' | 'risk' | 'regressions' | 'why' | 'fix';

const COMMANDS: readonly ChatCommand[] = ['context', 'risk', 'regressions', 'why', 'fix'];
/** Words of a question that name no code and no entry point. */
const PLAIN_WORDS = new Set(
  `a an and are at be by can did do does fail failing fails for from get getting gets go has have how i in is it its last latency much my
   not of on or our please prod production request requests running runs slow slower so taking takes that the there this to up us was we what
   when where which who why with would you error errors throw throws throwing function endpoint code call calls called today now week hour`.split(
    /\s+/,
  ),
);
const MAX_NAMES = 5;

/** What is meant: the command, else what the words sound like. */
export function commandOf({ command, prompt }: ChatQuestion): ChatCommand {
  const given = COMMANDS.find((each) => each === command);
  if (given) return given;
  if (/\b(regress\w*|worse|deploy\w*|release)\b/i.test(prompt)) return 'regressions';
  if (/\b(my change|this change|diff|risky?|uncommitted)\b/i.test(prompt)) return 'risk';
  if (/\b(why|slow\w*|latency|fail\w*|errors?)\b/i.test(prompt)) return 'why';
  return 'context';
}

/**
 * The calls that may answer, best first: the first with results is the answer. Empty when nothing is named and no editor is open.
 */
export function toolCalls(question: ChatQuestion): readonly ToolCall[] {
  const { prompt, places, cursor } = question;
  const files = [...new Set([...question.files, ...fileNames(prompt)])];
  const named = codeNames(prompt);
  const window = windowOf(prompt);
  const call = (tool: string, input: ToolCall['input']): ToolCall => ({ tool, input: { ...input, ...window } });
  const functions = [...new Set([...places, ...named])].slice(0, MAX_NAMES);
  const [first] = functions;
  const words = plainWords(prompt);
  const atCursor = cursor === undefined ? [] : [cursor];
  switch (commandOf(question)) {
    case 'risk':
      return [call('assess_change', revisionOf(prompt))];
    case 'regressions':
      return [call('list_regressions', named[0] === undefined ? {} : { text: named[0].split(/[:#]/).at(-1) })];
    case 'why':
    case 'fix': {
      const by = /\b(fail\w*|errors?|throw\w*|exception\w*)\b/i.test(prompt) ? 'failing' : 'critical';
      if (first !== undefined) return [call('trace_function', { function: first })];
      return [
        ...words.map((entryPoint) => call('find_functions', { by, entryPoint })),
        ...words.map((name) => call('trace_function', { function: name })),
        ...(words.length === 0 ? atCursor.map((place) => call('trace_function', { function: place })) : []),
        call('find_functions', { by }),
      ];
    }
    case 'context': {
      if (functions.length > 0) return [call('get_runtime_context', { functions })];
      const cursorFile = atCursor.map((place) => place.replace(/:\d+$/, ''));
      return [
        ...files.map((file) => call('get_runtime_context', { file })),
        ...(files.length > 0 ? [] : atCursor.map((place) => call('get_runtime_context', { functions: [place] }))),
        ...(files.length > 0 ? [] : cursorFile.map((file) => call('get_runtime_context', { file }))),
      ];
    }
  }
}

const FILE = /^[\w./@-]+\.(?:[cm]?[jt]sx?|py|java|go|cs|rs|rb|php)$/;

/** Whether more is asked than what stands there: then it is worth wording an answer. */
export function isQuestion(prompt: string): boolean {
  return prompt.trim().split(/\s+/).length > 1;
}

/** Paths of source files, bare or as `#file:path`. */
function fileNames(prompt: string): string[] {
  return prompt
    .replaceAll('`', ' ')
    .split(/\s+/)
    .map((word) => word.replace(/^#file:/, '').replace(/[,;.?!]+$/, ''))
    .filter((word) => FILE.test(word));
}

/** What looks like code: in backticks, `Class.name`, `camelCase`, `snake_case`, `name()`, `path:name`. */
function codeNames(prompt: string): string[] {
  const found = prompt.matchAll(
    /`([^`\n]{2,200})`|((?:[\w$@.-]+\/)*[\w$-]+\.\w+[:#][\w$.]+|\b[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+\b|\b[a-z$][\w$]*[A-Z_][\w$]*\b|\b[\w$]+(?=\(\)))/g,
  );
  const names = [...found].map(([, quoted, bare]) => (quoted ?? bare ?? '').replace(/\(\)$/, ''));
  return [...new Set(names.filter((name) => !FILE.test(name)))].slice(0, MAX_NAMES);
}

/** Words that may name an entry point, longest first. */
function plainWords(prompt: string): string[] {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}/_-]{3,60}/gu) ?? [];
  return [...new Set(words)]
    .filter((word) => !PLAIN_WORDS.has(word))
    .sort((a, b) => b.length - a.length)
    .slice(0, 3);
}

function windowOf(prompt: string): { readonly window?: string } {
  const [iso] = /\bP(?=\d|T\d)(?:\d+W)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?)?/.exec(prompt) ?? [];
  if (iso !== undefined) return { window: iso };
  if (/\b(last|this|past) week\b/i.test(prompt)) return { window: 'P7D' };
  if (/\b(last day|today|24 ?h(ours)?)\b/i.test(prompt)) return { window: 'P1D' };
  return {};
}

/** A revision, only where it is said as one. */
function revisionOf(prompt: string): { readonly base?: string } {
  const [, base] = /(?:^|\b(?:since|against|from)\s+)([\w./~^-]+)\s*$/i.exec(prompt.trim()) ?? [];
  return base === undefined || /^[a-z]{1,4}$/.test(base) ? {} : { base };
}
