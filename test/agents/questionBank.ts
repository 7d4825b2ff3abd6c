import { provenanceProblems, resultFor, resultsOf, type Question } from './question.js';
import type { TrueFunction, Truth } from './truth.js';

/** Questions whose answers a recording knows by itself. Ordered, and the same every time. */
export function questionBank(truth: Truth, prefix: string): Question[] {
  const named = truth.functions.filter(({ name }) => !/[<[]/.test(name));
  const ran = named.filter(({ calls }) => calls > 0).sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
  const unique = ran.filter(
    (own) => named.filter(({ path, name }) => path === own.path && name === own.name).length === 1,
  );
  return [
    ...unique.slice(0, 20).map(howOften),
    ...unique
      .filter(({ callers }) => callers.size === 1)
      .slice(0, 12)
      .map((own) => whoCalls(own)),
    ...unique
      .filter(({ errors }) => errors.size > 0)
      .slice(0, 8)
      .map(whatFails),
    ...unique
      .filter(({ entryPoints }) => entryPoints.size > 0)
      .slice(0, 8)
      .map(whatItServes),
    ...unique
      .filter(({ dependencies }) => dependencies.size === 1)
      .slice(0, 8)
      .map(whatItUses),
    ...named
      .filter(
        ({ calls, path, name }) =>
          calls === 0 && named.filter((each) => each.path === path && each.name === name).length === 1,
      )
      .slice(0, 8)
      .map(isItDead),
    ...unique
      .filter(({ callers }) => callers.size === 1 && ![...callers.keys()].includes(''))
      .slice(0, 6)
      .map((own) => whatIfRemoved(own, truth)),
    ...filesOf(truth)
      .slice(0, 6)
      .map((path) => whatIsIn(path, truth)),
    hottest(truth),
    failingFirst(truth),
  ].flatMap((question) => (question ? [{ ...question, id: `${prefix}/${question.id}` }] : []));
}

function about(own: TrueFunction) {
  return {
    tool: 'get_runtime_context',
    input: { functions: [`${own.path}:${own.name}`] },
    found: (answer: Parameters<Question['check']>[0]) => resultFor(answer, own.path, own.name),
  };
}

/** Checks one function's result, and that it says whose and when. */
function checked(
  own: TrueFunction,
  problems: (result: NonNullable<ReturnType<typeof resultFor>>, text: string) => string[],
): Question['check'] {
  return (answer) => {
    if (answer.isError) return [answer.text];
    const result = resultFor(answer, own.path, own.name);
    if (!result) return ['the function is not in the answer'];
    return [...problems(result, answer.text), ...provenanceProblems(answer, result, own.service, own.version)];
  };
}

function howOften(own: TrueFunction): Question {
  const { tool, input } = about(own);
  return {
    id: `how-often/${own.name}`,
    words: `How often was ${own.name} in ${own.path} called in the last hour in production?`,
    tool,
    input,
    check: checked(own, (result) => (result.calls === own.calls ? [] : [`${result.calls} calls, not ${own.calls}`])),
    facts: [[String(own.calls)]],
  };
}

function whoCalls(own: TrueFunction): Question {
  const { tool, input } = about(own);
  const [caller = ''] = own.callers.keys();
  return {
    id: `who-calls/${own.name}`,
    words: `Who calls ${own.name} in ${own.path} in production?`,
    tool,
    input,
    check: checked(own, ({ callers = [] }, text) => {
      if (caller === '') return text.includes('a framework, timer or event') ? [] : ['entry from outside is not said'];
      return callers.length === 1 && callers[0]?.untrusted?.startsWith(caller.replaceAll('<', '‹').replaceAll('>', '›'))
        ? []
        : [`callers ${JSON.stringify(callers)}, not ${caller}`];
    }),
    facts: [[caller === '' ? 'framework' : (caller.split(' ').pop() ?? '')]],
  };
}

function whatFails(own: TrueFunction): Question {
  const { tool, input } = about(own);
  return {
    id: `errors/${own.name}`,
    words: `Which errors come out of ${own.name} in ${own.path}, and how many?`,
    tool,
    input,
    check: checked(own, ({ errorsByType = [] }) =>
      [...own.errors].flatMap(([type, count]) =>
        errorsByType.some((each) => each.untrusted === type && each.count === count)
          ? []
          : [`no ${count} ${type} in ${JSON.stringify(errorsByType)}`],
      ),
    ),
    facts: [...own.errors].map(([type]) => [type]),
  };
}

function whatItServes(own: TrueFunction): Question {
  const { tool, input } = about(own);
  const all = [...own.entryPoints.values()].reduce((sum, calls) => sum + calls, 0);
  const [first] = [...own.entryPoints].sort(([, a], [, b]) => b - a);
  return {
    id: `serves/${own.name}`,
    words: `Which entry points does ${own.name} in ${own.path} run for?`,
    tool,
    input,
    check: checked(own, ({ entryPoints = [] }) => {
      const found = entryPoints.find(({ untrusted }) => untrusted === first?.[0]);
      if (!found) return [`no ${first?.[0]} in ${JSON.stringify(entryPoints)}`];
      const share = Math.min(1, (first?.[1] ?? 0) / Math.max(1, own.calls));
      return Math.abs(found.share - share) < 0.02 || Math.abs(found.share - (first?.[1] ?? 0) / all) < 0.02
        ? []
        : [`share ${found.share}, not ${share}`];
    }),
    facts: [[first?.[0] ?? '']],
  };
}

function whatItUses(own: TrueFunction): Question {
  const { tool, input } = about(own);
  const [[name, calls] = ['', 0]] = own.dependencies;
  return {
    id: `uses/${own.name}`,
    words: `What does ${own.name} in ${own.path} call outside the process, and how often per call?`,
    tool,
    input,
    check: checked(own, ({ dependencies = [] }) => {
      const found = dependencies.find(({ untrusted }) => untrusted === name);
      const perCall = calls / own.calls;
      return found?.perCall != null && Math.abs(found.perCall - perCall) <= 0.01 * perCall
        ? []
        : [`no ${perCall} × ${name} in ${JSON.stringify(dependencies)}`];
    }),
    facts: [[name.split(' ').pop() ?? '']],
  };
}

function isItDead(own: TrueFunction): Question {
  const { tool, input } = about(own);
  return {
    id: `dead/${own.name}`,
    words: `Does ${own.name} in ${own.path} ever run in production?`,
    tool,
    input,
    check: checked(own, (result, text) => [
      ...(result.state === 'never_ran' ? [] : [`state ${result.state}`]),
      ...(result.calls === undefined ? [] : ['a number of calls is given']),
      ...(/loaded for .* on 1 instance/.test(text) ? [] : ['not said since when, and on how many instances']),
    ]),
    facts: [['never', 'not run', 'no calls']],
  };
}

function whatIfRemoved(own: TrueFunction, truth: Truth): Question {
  const services = servicesReaching(own, truth);
  return {
    id: `remove/${own.name}`,
    words: `What breaks if I remove ${own.name} in ${own.path}? Which services reach it?`,
    tool: 'trace_function',
    input: { function: `${own.path}:${own.name}` },
    check: checked(own, ({ reachedFrom = [] }) =>
      [...services].flatMap((service) =>
        reachedFrom.some((each) => each.service.untrusted === service)
          ? []
          : [`${service} reaches it too, not only ${JSON.stringify(reachedFrom)}`],
      ),
    ),
    facts: [...services].map((service) => [service]),
  };
}

/** Follows callers to their end. */
function servicesReaching(own: TrueFunction, truth: Truth): Set<string> {
  const services = new Set<string>();
  const seen = new Set<TrueFunction>();
  const queue = [own];
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const caller of next.callers.keys()) {
      if (caller === '') continue;
      services.add(caller.split(' ')[0] ?? '');
      queue.push(...truth.functions.filter(({ service, name }) => `${service} ${name}` === caller));
    }
  }
  return services;
}

function filesOf(truth: Truth): string[] {
  const counts = new Map<string, number>();
  for (const { path } of truth.functions) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= 3)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([path]) => path);
}

function whatIsIn(path: string, truth: Truth): Question {
  const own = truth.functions.filter((each) => each.path === path);
  const ran = own.filter(({ calls }) => calls > 0).length;
  return {
    id: `file/${path}`,
    words: `How many functions of ${path} run in production, and how many never did?`,
    tool: 'get_runtime_context',
    input: { file: path },
    check: (answer) => {
      const summary = String(answer.structured['summary']);
      const wanted = `${own.length} functions in ${path}: ${ran} ran, ${own.length - ran} never ran`;
      return [
        ...(summary.startsWith(wanted) ? [] : [`"${summary}", not "${wanted}…"`]),
        ...provenanceProblems(answer, resultsOf(answer)[0], own[0]?.service ?? '', own[0]?.version ?? ''),
      ];
    },
    facts: [[String(ran)]],
  };
}

function hottest(truth: Truth): Question | undefined {
  const [most] = [...truth.functions].sort((a, b) => b.calls - a.calls);
  if (!most) return undefined;
  return {
    id: 'hottest',
    words: 'Which function is called most in production?',
    tool: 'find_functions',
    input: { by: 'hot', limit: 5 },
    check: (answer) => {
      if (answer.isError) return [answer.text];
      const [first] = resultsOf(answer);
      return first?.calls === most.calls
        ? []
        : [`the first has ${first?.calls} calls, not ${most.calls}: ${JSON.stringify(first)}`];
    },
    facts: [[most.name]],
  };
}

function failingFirst(truth: Truth): Question | undefined {
  const failed = (own: TrueFunction) => [...own.errors.values()].reduce((sum, count) => sum + count, 0);
  const [most] = [...truth.functions].sort((a, b) => failed(b) - failed(a));
  if (!most || failed(most) === 0) return undefined;
  return {
    id: 'failing',
    words: 'Which function fails most in production?',
    tool: 'find_functions',
    input: { by: 'failing', limit: 5 },
    check: (answer) => {
      if (answer.isError) return [answer.text];
      const [first] = resultsOf(answer);
      return first?.errors === failed(most) ? [] : [`the first has ${first?.errors} errors, not ${failed(most)}`];
    },
    facts: [[most.name]],
  };
}
