import { Disposable, LanguageModelTextPart, LanguageModelToolResult, lm } from 'vscode';
import type { ExtensionContext } from 'vscode';
import type { HindcastClient } from '../hindcastClient.js';
import { ask } from './ask.js';
import { contributedTools, serverName } from './toolContributions.js';

/**
 * The tools of the extension for models in this editor. Which of them a model sees is up to their `when` in package.json: the MCP
 * server has the same ones, and no model is to see both.
 */
export function registerTools(extension: ExtensionContext, client: HindcastClient): Disposable {
  const tools = contributedTools(extension.extension.packageJSON).map((tool) =>
    lm.registerTool<Readonly<Record<string, unknown>>>(tool.name, {
      // Without a confirmation: they read, and change nothing.
      prepareInvocation: () => ({ invocationMessage: tool.displayName }),
      invoke: async ({ input }, token) => {
        const answer = await ask(client, serverName(tool), input, token);
        const text = 'problem' in answer ? `${answer.problem} Say so rather than guess.` : answer.markdown;
        return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
      },
    }),
  );
  return Disposable.from(...tools);
}
