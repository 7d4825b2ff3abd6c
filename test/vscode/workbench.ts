import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { ClientState } from '@hindcast/client/clientState';
import { ensureBrowser, ensureEditor, remoteUri, startEditor, workbenchUrl } from '../../scripts/editor.mjs';
import type { RunningEditor } from '../../scripts/editor.mjs';
import type { DriverRequest, SeenDiagnostic, SeenHierarchy, SeenHint, SeenLens } from './driverProtocol.js';
import { waitFor } from './waitFor.js';

export const root = resolve(import.meta.dirname, '..', '..');
const artifacts = join(root, '.artifacts');
const screenshots = join(artifacts, 'screenshots');

const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-component-update',
  '--disable-background-networking',
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
];

const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.layoutControl.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
  'typescript.disableAutomaticTypeAcquisition': true,
};

export const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
} as const;
export type Theme = keyof typeof themes;

export interface WorkbenchOptions {
  /** Folder to open. */
  readonly folder: string;
  /** Where the extension under development is; absent when it is installed in `extensionsDir`. */
  readonly developmentPath?: string;
  readonly extensionsDir?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly trusted?: boolean;
  readonly theme?: Theme;
  /** Ids of built-in extensions that the editor would leave off until someone has signed in. */
  readonly enabledExtensions?: readonly string[];
}

/** The state of the extension as its own API tells it. */
export interface ExtensionFacts {
  readonly path: string;
  readonly activationMs: number;
  readonly state: ClientState;
}

/** A real workbench in a real browser, with a driver in its extension host. */
export class Workbench {
  private constructor(
    private readonly editor: RunningEditor,
    private readonly browser: Browser,
    readonly page: Page,
    private readonly scratch: string,
    private readonly driverOrigin: string,
    private readonly exitCode: Promise<number>,
  ) {}

  static async open(options: WorkbenchOptions): Promise<Workbench> {
    await ensureEditor();
    const executablePath = await ensureBrowser();
    await mkdir(screenshots, { recursive: true });
    const scratch = await mkdtemp(join(artifacts, 'workbench-'));
    const driver = join(scratch, 'driver.cjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'driver.ts')],
      outfile: driver,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
    });
    const editor = await startEditor({
      folder: options.folder,
      testDriver: true,
      trusted: options.trusted ?? true,
      settings: {
        ...QUIET_SETTINGS,
        'workbench.colorTheme': themes[options.theme ?? 'dark'],
        ...options.settings,
      },
      ...(options.extensionsDir === undefined ? {} : { extensionsDir: options.extensionsDir }),
    });
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({ executablePath, args: BROWSER_FLAGS });
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      let exit: (code: number) => void = () => {};
      const exited = new Promise<number>((resolve) => (exit = resolve));
      await page.exposeFunction('codeAutomationExit', (code: number) => exit(code));
      await page.exposeFunction('codeAutomationLog', () => undefined);
      const payload: [string, string][] = [
        ['extensionDevelopmentPath', remoteUri(editor.origin, options.developmentPath ?? driverExtension)],
        ['extensionTestsPath', remoteUri(editor.origin, driver)],
      ];
      if (options.enabledExtensions) await enableExtensions(page, options.enabledExtensions);
      await page.goto(workbenchUrl(editor.origin, options.folder, payload));
      await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 60_000 });
      const portFile = join(scratch, 'port.txt');
      const port = await waitFor('the driver in the extension host', async () =>
        existsSync(portFile) ? (await readFile(portFile, 'utf8')) || undefined : undefined,
      );
      return new Workbench(editor, browser, page, scratch, `http://127.0.0.1:${port}`, exited);
    } catch (error) {
      await browser?.close();
      await editor.close();
      throw error;
    }
  }

  /** Opens a file in an editor of its own and gives it the focus. */
  async openFile(path: string): Promise<void> {
    await this.#ask({ do: 'open', path });
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  hints(path: string): Promise<SeenHint[]> {
    return this.#ask({ do: 'hints', path });
  }

  lenses(path: string): Promise<SeenLens[]> {
    return this.#ask({ do: 'lenses', path });
  }

  hover(path: string, line: number, column: number): Promise<string> {
    return this.#ask({ do: 'hover', path, line, column });
  }

  diagnostics(path: string): Promise<SeenDiagnostic[]> {
    return this.#ask({ do: 'diagnostics', path });
  }

  /** Titles of what is offered at a place when a person asks. */
  actions(path: string, line: number, column: number): Promise<string[]> {
    return this.#ask({ do: 'actions', path, line, column });
  }

  /** What the editor's call hierarchy says of a place. */
  async hierarchy(path: string, line: number, column: number): Promise<SeenHierarchy | undefined> {
    return (await this.#ask<SeenHierarchy | null>({ do: 'hierarchy', path, line, column })) ?? undefined;
  }

  /** How far from the top each numbered line stands on the screen. */
  linePositions(): Promise<Record<string, number>> {
    return this.page.evaluate(() =>
      Object.fromEntries(
        [...document.querySelectorAll<HTMLElement>('.editor-instance .margin-view-overlays > div')].map((row) => [
          row.querySelector('.line-numbers')?.textContent ?? '',
          row.offsetTop,
        ]),
      ),
    );
  }

  run(command: string, ...args: unknown[]): Promise<true> {
    return this.#ask({ do: 'run', command, arguments: args });
  }

  /** Ids of the registered commands of the extension. */
  commands(): Promise<string[]> {
    return this.#ask({ do: 'commands' });
  }

  clipboard(): Promise<string> {
    return this.#ask({ do: 'clipboard' });
  }

  setSetting(key: string, value: unknown): Promise<true> {
    return this.#ask({ do: 'set', key, value });
  }

  /** Undefined until the extension is active. */
  async extension(): Promise<ExtensionFacts | undefined> {
    return (await this.#ask<ExtensionFacts | null>({ do: 'api' })) ?? undefined;
  }

  /** Waits until the extension's state satisfies `is`. */
  async state(what: string, is: (state: ClientState) => boolean, timeoutMs = 60_000): Promise<ClientState> {
    let last: ClientState | undefined;
    const ask = async () => {
      last = (await this.extension())?.state;
      return last !== undefined && is(last) ? last : undefined;
    };
    return waitFor(what, ask, { timeoutMs, describe: () => `Last state: ${JSON.stringify(last)}` });
  }

  /** The status item's text as it stands on the screen. */
  async statusText(): Promise<string> {
    return normalise(await this.page.locator('.statusbar-item[id="hindcast.hindcast.status"]').innerText());
  }

  /** The lines of the editor as they stand on the screen: source, hints and decorations together. */
  async screenLines(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.editor-instance .view-line')]
        .sort((a, b) => a.offsetTop - b.offsetTop)
        .map((line) => {
          const after = [...line.querySelectorAll('span')]
            .map((span) => getComputedStyle(span, '::after').content)
            .filter((content) => content !== 'none' && content !== 'normal' && content !== '""');
          return [line.textContent, ...after].join(' ').replaceAll('\u00a0', ' ');
        }),
    );
  }

  /** The code lenses as they stand on the screen. */
  async screenLenses(): Promise<string[]> {
    const texts = await this.page.locator('.codelens-decoration').allInnerTexts();
    return texts.map(normalise).filter((text) => text !== '');
  }

  /** Puts the cursor at a place of the active editor. */
  async select(line: number, column: number): Promise<void> {
    await this.run('workbench.action.focusActiveEditorGroup');
    await this.#ask({ do: 'select', line, column });
  }

  /** Puts the cursor at a place, opens the hover card there and returns its text once it contains `expected`. */
  async showHover(line: number, column: number, expected: string): Promise<string> {
    await this.select(line, column);
    await this.run('editor.action.showHover', { focus: 'noAutoFocus' });
    const card = this.page.locator('.monaco-hover:not(.hidden) .hover-row', { hasText: expected });
    await card.first().waitFor({ timeout: 20_000 });
    return normalise((await card.allInnerTexts()).join('\n'));
  }

  /** The rows of the open quick pick, as a screen reader hears them. */
  async quickPick(): Promise<string[]> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    return rows.evaluateAll((found) =>
      found.map((row) => (row.getAttribute('aria-label') ?? '').replaceAll('\u00a0', ' ')),
    );
  }

  /** Saves what is on the screen under .artifacts/screenshots/. */
  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  /** Ends the driver, the page and the editor; returns the exit code of the extension host's tests. */
  async close(): Promise<number> {
    try {
      await this.#ask({ do: 'end' });
      return await this.exitCode;
    } finally {
      await this.browser.close();
      await this.editor.close();
      await rm(this.scratch, { recursive: true, force: true });
    }
  }

  async #ask<T>(request: DriverRequest): Promise<T> {
    const response = await fetch(this.driverOrigin, {
      method: 'POST',
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(60_000),
    });
    const reply = (await response.json()) as { value?: T; error?: string };
    if (reply.error !== undefined) throw new Error(`${request.do} failed in the extension host: ${reply.error}`);
    return reply.value as T;
  }
}

/** Has the page start the editor with extensions on that are off otherwise. */
async function enableExtensions(page: Page, enabledExtensions: readonly string[]): Promise<void> {
  await page.route(
    ({ pathname }) => pathname === '/',
    async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(
        /(vscode-workbench-web-configuration" data-settings=")([^"]*)"/,
        (_, before: string, settings: string) => {
          const plain = settings.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
          const changed = JSON.stringify({ ...(JSON.parse(plain) as object), enabledExtensions });
          return `${before}${changed.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;
        },
      );
      await route.fulfill({ response, body });
    },
  );
}

/** An extension with nothing in it, for when the extension itself is installed and only the driver is under development. */
const driverExtension = join(import.meta.dirname, 'driverExtension');

const normalise = (text: string) => text.replaceAll('\u00a0', ' ').trim();
