import { askAll, withSystem } from './evalAgents.js';
import type { McpSession } from './mcpClient.js';
import { questionBank } from './questionBank.js';
import type { Question } from './question.js';
import { readRecording } from './recording.js';
import { truthOf } from './truth.js';

/** An OpenAI-compatible endpoint. */
export interface ModelEndpoint {
  readonly endpoint: string;
  readonly model: string;
  readonly apiKey: string;
}

interface Message {
  readonly role: string;
  readonly content: string | null;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

const MAX_TURNS = 6;
const DEADLINE_MS = 120_000;
const SYSTEM =
  'You answer questions about how a repository behaves in production, in one or two sentences. Say "unknown" when you cannot know.';

/** Asks a real model the bank's questions, with Hindcast's tools and without any, and grades its words by the known facts. */
export async function runModel(model: ModelEndpoint, tell: (line: string) => void) {
  const recording = readRecording('shop');
  const questions = questionBank(truthOf(recording), 'shop').filter(({ facts }) => facts !== undefined);
  const right = { with: 0, without: 0 };
  await withSystem(recording, Date.now(), async (session) => {
    // The bank itself must be right before a model is judged by it.
    const wrong = (await askAll(session, questions)).filter(({ problems }) => problems.length > 0);
    if (wrong.length > 0)
      throw new Error(`the tools' own answers are wrong for ${wrong.map(({ question }) => question.id).join(', ')}`);
    for (const question of questions) {
      if (states(await converse(model, question.words, session), question)) right.with++;
      if (states(await converse(model, question.words, undefined), question)) right.without++;
      tell(`${question.id}: ${right.with} right with, ${right.without} without`);
    }
  });
  return { model: model.model, questions: questions.length, correctWith: right.with, correctWithout: right.without };
}

function states(words: string, { facts = [] }: Question): boolean {
  const text = words.toLowerCase().replace(/(\d)[,\u2009 ](?=\d{3})/g, '$1');
  return facts.every((alternatives) => alternatives.some((fact) => text.includes(fact.toLowerCase())));
}

async function converse(model: ModelEndpoint, words: string, session: McpSession | undefined): Promise<string> {
  const messages: Message[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: words },
  ];
  const tools = session
    ? (await session.client.listTools()).tools.map(({ name, description, inputSchema }) => ({
        type: 'function',
        function: { name, description, parameters: inputSchema },
      }))
    : undefined;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const answer = await complete(model, messages, tools);
    messages.push(answer);
    if (!session || !answer.tool_calls?.length) return answer.content ?? '';
    for (const { id, function: call } of answer.tool_calls) {
      const { text } = await session.ask(call.name, JSON.parse(call.arguments || '{}') as Record<string, unknown>);
      messages.push({ role: 'tool', tool_call_id: id, content: text });
    }
  }
  return '';
}

async function complete(
  { endpoint, model, apiKey }: ModelEndpoint,
  messages: readonly Message[],
  tools: unknown,
): Promise<Message> {
  const response = await fetch(`${endpoint.replace(/\/$/, '')}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }) },
    body: JSON.stringify({ model, messages, temperature: 0, ...(tools === undefined ? {} : { tools }) }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (!response.ok) throw new Error(`the model answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
  const { choices } = (await response.json()) as { choices: readonly { readonly message: Message }[] };
  return choices[0]?.message ?? { role: 'assistant', content: '' };
}
