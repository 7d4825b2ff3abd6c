import {
  Disposable,
  LanguageModelChatMessage,
  Location,
  Position,
  Range,
  ThemeIcon,
  Uri,
  chat,
  l10n,
  window,
  workspace,
} from 'vscode';
import type { CancellationToken, ChatRequest, ChatResponseStream, ChatResult } from 'vscode';
import type { AskAnswer } from '@hindcast/proto/agentMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { answerPlaces, type AnswerPlace } from './answerPlaces.js';
import { ask } from './ask.js';
import { commandOf, isQuestion, toolCalls, type ChatCommand, type ChatQuestion } from './chatQuestion.js';
import { readable } from './readable.js';
import { WORDING_RULES, wordLines } from './wording.js';

const MAX_ANCHORS = 5;
/** Lines of a function that a model is shown to propose a fix. */
const CODE_LINES = 60;

const followUps: Readonly<Record<ChatCommand, readonly ChatCommand[]>> = {
  context: ['why', 'risk'],
  risk: ['regressions', 'context'],
  regressions: ['why', 'fix'],
  why: ['fix', 'regressions'],
  fix: ['risk', 'context'],
};
const followUpLabels: Readonly<Record<ChatCommand, string>> = {
  context: 'What does it do in production?',
  risk: 'What does my change touch?',
  regressions: 'What got worse?',
  why: 'Why is it slow, or why does it fail?',
  fix: 'What to fix first?',
};

/**
 * `@prod`: says what the tools found. A model words it where the person asked something in words; the facts are there without one, and
 * always as they were measured.
 */
export function registerParticipant(client: HindcastClient): Disposable {
  const participant = chat.createChatParticipant('hindcast.prod', async (request, _, out, token) => {
    const question = questionOf(request);
    const command = commandOf(question);
    const calls = toolCalls(question);
    if (calls.length === 0) {
      out.markdown('Name a function, attach a file or a selection, or put the cursor into a function.');
      return {};
    }
    out.progress('Reading production facts');
    const answers: AskAnswer[] = [];
    let problem = '';
    for (const { tool, input } of calls) {
      const answer = await ask(client, tool, input, token);
      if (token.isCancellationRequested) return {};
      if ('problem' in answer) problem ||= answer.problem;
      else if (hasResults(answer)) {
        answers.unshift(answer);
        break;
      } else answers.push(answer);
    }
    const [facts] = answers;
    if (!facts) {
      out.markdown(problem);
      return {};
    }
    const evidence = command === 'why' || command === 'fix' ? await traced(client, facts, token) : undefined;
    const places = answerPlaces(facts);
    for (const place of places) out.reference(locationOf(place));
    const all = [facts, ...(evidence ? [evidence] : [])].map(({ markdown }) => markdown).join('\n\n');
    const wantsWords = isQuestion(question.prompt) || command === 'why' || command === 'fix';
    if (wantsWords && hasResults(facts)) {
      const code = command === 'fix' ? await codeAt(places[0]) : '';
      await word(request, command, `${all}${code}`, out, client, token);
    }
    show(out, all, places);
    return { metadata: { command, function: places[0]?.name ?? '' } };
  });
  participant.iconPath = new ThemeIcon('pulse');
  participant.followupProvider = {
    provideFollowups: ({ metadata }: ChatResult) => {
      const command = metadata?.['command'] as ChatCommand | undefined;
      const name = String(metadata?.['function'] ?? '');
      return (command ? followUps[command] : []).map((next) => ({
        command: next,
        label: followUpLabels[next],
        prompt: next === 'risk' || next === 'regressions' || name === '' ? '' : `\`${name}\``,
      }));
    },
  };
  return Disposable.from(participant);
}

function questionOf({ command, prompt, references }: ChatRequest): ChatQuestion {
  // What the editor attaches by itself is what is on the screen; the cursor says more exactly what is meant. A selection is meant.
  const meant = references.filter(({ id }) => !id.startsWith('vscode.implicit') || id === 'vscode.implicit.selection');
  const values = meant.map(({ value }) => value);
  const editor = window.activeTextEditor;
  return {
    command,
    prompt,
    places: values.flatMap((value) =>
      value instanceof Location ? [`${pathOf(value.uri)}:${value.range.start.line + 1}`] : [],
    ),
    files: values.flatMap((value) => (value instanceof Uri && value.scheme === 'file' ? [pathOf(value)] : [])),
    cursor:
      editor?.document.uri.scheme === 'file'
        ? `${pathOf(editor.document.uri)}:${editor.selection.active.line + 1}`
        : undefined,
  };
}

const pathOf = (uri: Uri) => workspace.asRelativePath(uri, false);

function hasResults({ structured }: AskAnswer): boolean {
  return Array.isArray(structured['results']) && structured['results'].length > 0;
}

/** The first function of an answer, followed to its callers and what it waits for; undefined when it was already. */
async function traced(
  client: HindcastClient,
  facts: AskAnswer,
  token: CancellationToken,
): Promise<AskAnswer | undefined> {
  const [first] = answerPlaces(facts);
  if (!first || facts.markdown.includes('Callers')) return undefined;
  const input = { function: `${first.path}:${first.line}` };
  const answer = await ask(client, 'trace_function', input, token);
  return 'problem' in answer || !hasResults(answer) ? undefined : answer;
}

async function codeAt(place: AnswerPlace | undefined): Promise<string> {
  if (!place) return '';
  try {
    const document = await workspace.openTextDocument(Uri.file(place.absolutePath));
    const text = document.getText(new Range(place.line - 1, 0, place.line - 1 + CODE_LINES, 0));
    return `\n\nThe code of ${place.name}, from line ${place.line} of ${place.path}:\n${text}`;
  } catch {
    return '';
  }
}

/** Has the person's own model say it. What goes wrong with it is no reason to keep the facts back. */
async function word(
  { model, prompt }: ChatRequest,
  command: ChatCommand,
  facts: string,
  out: ChatResponseStream,
  client: HindcastClient,
  token: CancellationToken,
): Promise<void> {
  const asked = prompt.trim() === '' ? followUpLabels[command] : prompt;
  try {
    const messages = [LanguageModelChatMessage.User(`${WORDING_RULES}\n\nQuestion: ${asked}\n\nFacts:\n${facts}`)];
    const { text } = await model.sendRequest(messages, {}, token);
    await wordLines(text, (line) => out.markdown(line));
    out.markdown('\n\n---\n\n');
  } catch (error) {
    if (!token.isCancellationRequested) client.log.info(`No model worded the answer of @prod: ${String(error)}`);
  }
}

function show(out: ChatResponseStream, facts: string, places: readonly AnswerPlace[]): void {
  out.markdown(readable(facts));
  const shown = places.slice(0, MAX_ANCHORS);
  if (shown.length > 0) out.markdown('\n\n');
  for (const [index, place] of shown.entries()) {
    if (index > 0) out.markdown(' · ');
    out.anchor(locationOf(place), place.name);
  }
  const [first] = places;
  if (!first) return;
  out.button({
    command: 'hindcast.showFunction',
    title: l10n.t('Show {0}', first.name),
    arguments: [{ uri: Uri.file(first.absolutePath).toString(), line: first.line, column: 1 }],
  });
}

function locationOf({ absolutePath, line }: AnswerPlace): Location {
  return new Location(Uri.file(absolutePath), new Position(line - 1, 0));
}
