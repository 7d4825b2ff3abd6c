import type { CancellationToken } from 'vscode';
import { ASK_REQUEST, type AskParams, type AskResult } from '@hindcast/proto/agentMessages';
import type { HindcastClient } from '../hindcastClient.js';

/** Asks what an agent would ask. Never rejects: what goes wrong is an answer that says so. */
export async function ask(
  client: HindcastClient,
  tool: string,
  input: Readonly<Record<string, unknown>>,
  token?: CancellationToken,
): Promise<AskResult> {
  try {
    return await client.request<AskResult>(ASK_REQUEST, { tool, input } satisfies AskParams, token);
  } catch (error) {
    if (token?.isCancellationRequested) return { problem: 'Cancelled.' };
    client.log.warn(`${tool} was not answered: ${String(error)}`);
    return { problem: 'No production facts can be had now: the language server of Hindcast does not answer.' };
  }
}
