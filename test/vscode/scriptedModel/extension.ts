// A language model for tests: follows a script, and writes down what it was given and what it said. Never part of the product.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ModelTurn } from './modelTurn.js';

const ASKED_TOOL = /^(?:mcp_hindcast_|hindcast_)get_runtime_context$/;
const OUR_TOOLS = /hindcast/;

const textOf = (parts: readonly unknown[]): string =>
  parts
    .map((part) =>
      part instanceof vscode.LanguageModelTextPart
        ? part.value
        : part instanceof vscode.LanguageModelToolResultPart
          ? textOf(part.content)
          : '',
    )
    .join('\n');

/** What it says of the facts that it was shown: the rate, which is text with one kind of tool and data with the other. */
function answerFrom(facts: string): string {
  const [rate] = /[\d.]+k?\/min \([^)]*\)|"calls":\d+,"callsPerMinute":[\d.]+/.exec(facts) ?? [];
  return `Production says: ${rate ?? 'nothing'}`;
}

export function activate(context: vscode.ExtensionContext): void {
  const write = (turn: ModelTurn) =>
    appendFileSync(join(context.extensionPath, 'turns.jsonl'), `${JSON.stringify(turn)}\n`);
  const provider: vscode.LanguageModelChatProvider = {
    provideLanguageModelChatInformation: () => [
      {
        id: 'scripted',
        name: 'Scripted',
        family: 'scripted',
        version: '1',
        maxInputTokens: 100_000,
        maxOutputTokens: 8000,
        capabilities: { toolCalling: true },
      },
    ],
    provideLanguageModelChatResponse: (_, messages, { tools = [] }, progress) => {
      const prompt = messages.map(({ content }) => textOf(content)).join('\n');
      const results = messages
        .flatMap(({ content }) => content)
        .filter((part) => part instanceof vscode.LanguageModelToolResultPart)
        .map((part) => textOf(part.content));
      const names = tools.map(({ name }) => name).filter((name) => OUR_TOOLS.test(name));
      const tool = names.find((name) => ASKED_TOOL.test(name));
      const skills = [...new Set(prompt.match(/hindcast-[a-z-]+(?=<\/name>)/g) ?? [])].sort();
      const [facts] = results.slice(-1);
      if (tool !== undefined && facts === undefined) {
        const input = { functions: ['shop.mjs:serve'] };
        write({ tools: names.sort(), skills, calls: tool, input });
        progress.report(new vscode.LanguageModelToolCallPart('call-1', tool, input));
      } else {
        const isFacts = prompt.includes('Facts:\n');
        const said = answerFrom(facts ?? (isFacts ? (prompt.split('Facts:\n').at(-1) ?? '') : ''));
        write({ tools: names.sort(), skills, facts: facts ?? (isFacts ? prompt : ''), says: said });
        progress.report(new vscode.LanguageModelTextPart(said));
      }
      return Promise.resolve();
    },
    provideTokenCount: (_, text) => Promise.resolve(Math.ceil((typeof text === 'string' ? text.length : 200) / 4)),
  };
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('scripted', provider));
}
