import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { agentTools } from '@hindcast/server/agents/toolTable';
import { playbooks } from '@hindcast/server/agents/playbooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureEditor, installVsix } from '../../scripts/editor.mjs';
import { shopFile, shopFolder, startCollector, startShop } from './programs.js';
import type { Collector } from './programs.js';
import type { ModelTurn } from './scriptedModel/modelTurn.js';
import { waitFor } from './waitFor.js';
import { Workbench, root } from './workbench.js';

/** The same whatever was measured: numbers, units, ages, revisions. */
const normalised = (text: string) =>
  text
    .replaceAll('\u00a0', ' ')
    // Data: what an MCP server's answer is passed on as.
    .replace(/("\w+":)-?\d[\d.e+-]*/g, '$1N')
    // Which of its callees were not looked at each time, and whether few calls were timed, is chance.
    .replaceAll(',"estimated":true', '')
    .replace(/(\d timed), few\b/g, '$1')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, 'TIME')
    .replace(/@[0-9a-f]{7,10}\b/g, '@REVISION')
    .replace(/(?<![\w/.:-])[<~]?\d[\d.,]*(?: ?(?:ns|µs|us|ms|s|min|h|d|k|M|%)(?![\w]))?/g, 'N')
    .replace(/\bN(?:(?: |–|\/)N)+\b/g, 'N');

describe('a scripted model in the editor', () => {
  let scratch: string;
  let model: string;
  let collector: Collector;
  let shop: Awaited<ReturnType<typeof startShop>>;
  let workbench: Workbench;
  let seen = 0;

  const turns = async (): Promise<ModelTurn[]> => {
    const file = join(model, 'turns.jsonl');
    const text = existsSync(file) ? await readFile(file, 'utf8') : '';
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as ModelTurn);
  };
  /** Sends a chat message; returns what the model went through, without the editor's own requests for titles and the like. */
  const send = async (query: string, mode: 'ask' | 'agent'): Promise<ModelTurn[]> => {
    await workbench.run('workbench.action.chat.newChat');
    seen = (await turns()).length;
    await workbench.run('workbench.action.chat.open', { query, mode });
    return waitFor(
      'the model to answer',
      async () => {
        const since = (await turns())
          .slice(seen)
          .filter(({ calls, facts = '' }) => calls !== undefined || facts !== '');
        return since.some(({ says }) => says !== undefined) ? since : undefined;
      },
      { timeoutMs: 90_000, describe: () => query },
    );
  };
  const answerOnScreen = (text: string) =>
    workbench.page.locator('.interactive-response', { hasText: text }).last().innerText();

  beforeAll(async () => {
    const artifacts = join(root, '.artifacts');
    await mkdir(artifacts, { recursive: true });
    scratch = await mkdtemp(join(artifacts, 'agents-'));
    model = join(scratch, 'scripted-model');
    await mkdir(model);
    const sources = join(import.meta.dirname, 'scriptedModel');
    await cp(join(sources, 'package.json'), join(model, 'package.json'));
    await build({
      entryPoints: [join(sources, 'extension.ts')],
      outfile: join(model, 'extension.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
    });
    const vsix = join(scratch, 'hindcast.vsix');
    const packing = spawnSync(process.execPath, ['scripts/package.mjs', '--no-build', '--out', vsix], {
      cwd: root,
      encoding: 'utf8',
    });
    if (packing.status !== 0) throw new Error(`Packaging failed.\n${packing.stdout}${packing.stderr}`);
    await ensureEditor();
    const extensionsDir = join(scratch, 'extensions');
    await installVsix({ vsix, extensionsDir });
    collector = await startCollector();
    shop = await startShop(collector.addresses.otlpGrpc);
    workbench = await Workbench.open({
      folder: shopFolder,
      developmentPath: model,
      extensionsDir,
      enabledExtensions: ['GitHub.copilot-chat'],
      settings: {
        'hindcast.collector.address': collector.addresses.query,
        'chat.disableAIFeatures': false,
        'chat.commandCenter.enabled': false,
      },
    });
    await workbench.openFile(shopFile);
    await workbench.state('numbers of the file', ({ status }) => status?.file?.state === 'shown');
    await workbench.run('workbench.action.chat.open');
    await workbench.page
      .locator('.interactive-input-part', { hasText: 'Scripted' })
      .first()
      .waitFor({ timeout: 90_000 });
  });

  afterAll(async () => {
    await workbench.close();
    await shop.end();
    await collector.end();
    await rm(scratch, { recursive: true, force: true });
  });

  it('@prod gives the facts of a file without asking it', async () => {
    await workbench.run('workbench.action.chat.newChat');
    await workbench.run('workbench.action.chat.open', { query: '@prod /context shop.mjs', mode: 'ask' });
    const answer = workbench.page.locator('.interactive-response', { hasText: '/min' }).last();
    await answer.waitFor({ timeout: 60_000 });
    expect(await answer.innerText()).toContain('serve shop.mjs:8');
    expect((await turns()).filter(({ facts = '' }) => facts !== '')).toEqual([]);
    await workbench.screenshot('agents-context-dark');
  });

  it('the same answers come without any model, as a command', async () => {
    const asking = workbench.run('hindcast.ask');
    expect(await workbench.quickPick()).toHaveLength(agentTools.length);
    await workbench.page.keyboard.press('Enter');
    await asking;
    await workbench.page.locator('.tab.active', { hasText: 'What does this file do in production' }).waitFor();
    await waitFor('the answer in the preview', async () => {
      // The page itself shows the chat, which said the same.
      const [, ...frames] = workbench.page.frames();
      const texts = frames.map((frame) => frame.evaluate(() => document.body.innerText).catch(() => ''));
      return (await Promise.all(texts)).some((text) => text.includes('serve shop.mjs:8') && text.includes('/min'))
        ? true
        : undefined;
    });
    await workbench.screenshot('agents-ask-dark');
    await workbench.openFile(shopFile);
  });

  it('@prod has it word the facts, and shows them as well', async () => {
    const [turn] = await send('@prod /why is `serve` slow?', 'ask');
    expect(turn?.facts).toContain('Question: is `serve` slow?');
    expect(normalised(turn?.says ?? '')).toMatchSnapshot();
    const shown = await answerOnScreen('Production says');
    expect(shown).toContain('serve shop.mjs:8');
    await workbench.screenshot('agents-why-dark');
  });

  it.each([
    ['regressions', /versions? (could be )?compared/],
    ['risk', /changed since/],
  ])('@prod /%s needs no words of a model', async (command, expected) => {
    seen = (await turns()).length;
    await workbench.run('workbench.action.chat.newChat');
    await workbench.run('workbench.action.chat.open', { query: `@prod /${command}`, mode: 'ask' });
    await workbench.page.locator('.interactive-response', { hasText: expected }).last().waitFor({ timeout: 60_000 });
    expect((await turns()).slice(seen).filter(({ facts = '' }) => facts !== '')).toEqual([]);
  });

  it('@prod /fix gives it the facts and the code', async () => {
    const [turn] = await send('@prod /fix `serve`', 'ask');
    expect(turn?.facts).toContain('serve shop.mjs:8');
    expect(turn?.facts).toContain('function serve(');
    expect(await answerOnScreen('Production says')).toContain('serve shop.mjs:8');
  });

  it.each([
    ['mcp', 'mcp_hindcast_'],
    ['tools', 'hindcast_'],
  ])('in Agent mode it finds our tools once (%s), calls one, gets the facts and answers', async (expose, prefix) => {
    await workbench.setSetting('hindcast.agents.expose', expose);
    const transcript = await send('How often does serve run in production?', 'agent');
    const [call] = transcript;
    expect(call?.tools).toEqual(agentTools.map(({ name }) => `${prefix}${name}`).sort());
    expect(call?.skills).toEqual(playbooks.map(({ name }) => `hindcast-${name}`).sort());
    expect(call?.calls).toBe(`${prefix}get_runtime_context`);
    const answer = transcript.find(({ says }) => says !== undefined);
    // As text from the tool; of an MCP server's answer the editor passes on the data.
    expect(answer?.facts).toMatch(/\*\*serve shop\.mjs:8\*\*|"function":"serve","file":"shop\.mjs","line":8/);
    expect({
      asked: call?.input,
      facts: normalised(answer?.facts ?? ''),
      says: normalised(answer?.says ?? ''),
    }).toMatchSnapshot();
    await workbench.page.locator('.interactive-response', { hasText: 'Production says' }).last().waitFor();
    await workbench.screenshot(`agents-mode-${expose}-dark`);
  });
});
