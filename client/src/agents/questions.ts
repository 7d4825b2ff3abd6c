/** A question that the quick pick asks, with what it needs to know. */
export interface AgentQuestion {
  readonly tool: string;
  readonly label: string;
  readonly detail: string;
  /** What the tool is asked; undefined when the person gave up. */
  readonly input: (about: QuestionSubject) => Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** What a question can be about, and how to ask a person for more. */
export interface QuestionSubject {
  /** `path:line` of the cursor; undefined without an editor. */
  readonly place: string | undefined;
  /** Path of the active file; undefined without an editor. */
  readonly file: string | undefined;
  /** Text from the person; undefined when they gave up. */
  readonly askText: (prompt: string, value: string) => Promise<string | undefined>;
  /** One of several; undefined when they gave up. */
  readonly choose: (prompt: string, from: readonly string[]) => Promise<string | undefined>;
}

const FUNCTION_PROMPT = 'Function: name, Class.name, path:name or path:line';
const RANKINGS = ['hot', 'slow', 'time', 'failing', 'never_ran', 'critical'];

/** The same questions that agents have, for people. */
export const agentQuestions: readonly AgentQuestion[] = [
  {
    tool: 'get_runtime_context',
    label: '$(file-code) What does this file do in production?',
    detail: 'Rates, durations, errors and callers of its functions',
    input: async ({ file, askText }) => given('file', file ?? (await askText('Path of a source file', ''))),
  },
  {
    tool: 'find_functions',
    label: '$(search) Which functions are hot, slow or failing?',
    detail: 'Of all services, ranked',
    input: async ({ choose }) => given('by', await choose('Ranked by', RANKINGS)),
  },
  {
    tool: 'trace_function',
    label: '$(references) Who depends on a function, and what does it wait for?',
    detail: 'Callers across services, callees, dependencies, slow examples',
    input: async ({ place, askText }) => given('function', await askText(FUNCTION_PROMPT, place ?? '')),
  },
  {
    tool: 'assess_change',
    label: '$(git-compare) What does my change touch in production?',
    detail: 'The working tree against a revision',
    input: async ({ askText }) => given('base', await askText('Compare the working tree with this revision', 'HEAD')),
  },
  {
    tool: 'list_regressions',
    label: '$(arrow-up) What got worse?',
    detail: 'With a version, within a day',
    input: () => Promise.resolve({}),
  },
  {
    tool: 'verify_change',
    label: '$(check) Did a deploy make a function faster, or fail less?',
    detail: 'Its two newest versions, compared',
    input: async ({ place, askText, choose }) => {
      const name = await askText(FUNCTION_PROMPT, place ?? '');
      const measure = name === undefined ? undefined : await choose('Measure', ['p99', 'p90', 'p50', 'errorRate']);
      return name === undefined || measure === undefined ? undefined : { function: name, measure };
    },
  },
];

function given(name: string, value: string | undefined): Readonly<Record<string, unknown>> | undefined {
  return value === undefined || value.trim() === '' ? undefined : { [name]: value };
}
