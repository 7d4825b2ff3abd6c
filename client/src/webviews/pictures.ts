import { randomBytes } from 'node:crypto';
import { Disposable, Uri, ViewColumn, commands, env, l10n, window } from 'vscode';
import type { ExtensionContext, WebviewPanel } from 'vscode';
import { PICTURE_REQUEST } from '@hindcast/proto/viewMessages';
import type { PictureAnswer, PictureParams } from '@hindcast/proto/viewMessages';
import { fromWebviewShape, pictureRequestShape, pictureShape, viewOf } from '@hindcast/proto/webviewMessages';
import type { FromWebview, PictureRequest, PictureView, ToWebview } from '@hindcast/proto/webviewMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { openPlace } from '../views/openPlace.js';
import { placeOf, serviceOf } from '../views/rowArguments.js';
import { pageHtml } from './pageHtml.js';

const VIEWS: readonly PictureView[] = ['graph', 'criticalPath', 'latency', 'timeline'];
const TITLES: Readonly<Record<PictureView, string>> = {
  graph: 'Graph',
  criticalPath: 'Critical Path',
  latency: 'Latency',
  timeline: 'Timeline',
};

/** One panel for each kind of picture: shown again rather than opened twice. */
class PicturePanel {
  #request: PictureRequest;
  #asked = 0;

  constructor(
    readonly panel: WebviewPanel,
    request: PictureRequest,
    extension: ExtensionContext,
    private readonly client: HindcastClient,
    private readonly openOther: (request: PictureRequest) => void,
  ) {
    this.#request = request;
    const view = viewOf(request);
    const media = Uri.joinPath(extension.extensionUri, 'dist', 'media');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    panel.iconPath = Uri.joinPath(extension.extensionUri, 'media', 'icon.png');
    panel.webview.onDidReceiveMessage((message: unknown) => void this.#heard(message));
    const reach = (name: string) => panel.webview.asWebviewUri(Uri.joinPath(media, name)).toString();
    panel.webview.html = pageHtml(
      view,
      { script: reach(`${view}.js`), style: reach('style.css'), cspSource: panel.webview.cspSource },
      randomBytes(16).toString('hex'),
    );
  }

  async show(request: PictureRequest): Promise<void> {
    this.#request = request;
    const own = ++this.#asked;
    await this.#say({ type: 'loading', request });
    const answer = await this.#ask(request);
    if (own === this.#asked) await this.#say(answer);
  }

  async #ask(request: PictureRequest): Promise<ToWebview> {
    try {
      const params: PictureParams = { request };
      const { picture, problem, windowText } = await this.client.request<PictureAnswer>(PICTURE_REQUEST, params);
      if (problem) return { type: 'failed', message: problem.message, request };
      if (pictureShape.is(picture)) {
        this.panel.title = picture.title;
        return { type: 'show', picture, request, windowText };
      }
      return { type: 'failed', message: 'The language server is of another version: restart the window.', request };
    } catch (error) {
      this.client.log.warn(`The picture was not read: ${String(error)}`);
      return { type: 'failed', message: 'The language server did not answer; the log says why.', request };
    }
  }

  async #say(message: ToWebview): Promise<void> {
    try {
      await this.panel.webview.postMessage(message);
    } catch {
      // Closed meanwhile.
    }
  }

  async #heard(message: unknown): Promise<void> {
    if (!fromWebviewShape.is(message)) {
      this.client.log.warn('A picture said something that is not understood.');
      return;
    }
    await this.#act(message);
  }

  async #act(message: FromWebview): Promise<void> {
    switch (message.type) {
      case 'ready':
      case 'refresh':
        return this.show(this.#request);
      case 'picture':
        this.openOther(message.request);
        return;
      case 'open':
        await this.#say({ type: 'said', message: await openPlace(this.client, message.place) });
        return;
      case 'copy':
        await env.clipboard.writeText(message.text);
        return;
      case 'broken':
        this.client.log.error(`${TITLES[viewOf(this.#request)]}: ${message.message}`);
    }
  }
}

/** The pictures of this window: opens them, brings them back after a restart, and registers their commands. */
export function registerPictures(extension: ExtensionContext, client: HindcastClient): Disposable {
  const panels = new Map<PictureView, PicturePanel>();
  const adopt = (view: PictureView, panel: WebviewPanel, request: PictureRequest) => {
    const own = new PicturePanel(panel, request, extension, client, open);
    panels.set(view, own);
    panel.onDidDispose(() => {
      if (panels.get(view) === own) panels.delete(view);
    });
  };
  const open = (request: PictureRequest) => {
    const view = viewOf(request);
    const known = panels.get(view);
    if (known) {
      known.panel.reveal(undefined, false);
      void known.show(request);
      return;
    }
    const other = [...panels.values()].find(({ panel }) => panel.viewColumn !== undefined);
    const column =
      other?.panel.viewColumn ?? (window.activeTextEditor === undefined ? ViewColumn.Active : ViewColumn.Beside);
    adopt(view, window.createWebviewPanel(`hindcast.${view}`, TITLES[view], column), request);
  };
  const restoring = VIEWS.map((view) =>
    window.registerWebviewPanelSerializer(`hindcast.${view}`, {
      deserializeWebviewPanel: (panel, state: unknown) => {
        const request = typeof state === 'object' && state !== null && 'request' in state ? state.request : undefined;
        if (pictureRequestShape.is(request) && viewOf(request) === view && !panels.has(view))
          adopt(view, panel, request);
        else panel.dispose();
        return Promise.resolve();
      },
    }),
  );
  const register = (id: string, run: (argument: unknown) => unknown) => commands.registerCommand(id, run);
  const ofPlace = (make: (place: NonNullable<ReturnType<typeof placeOf>>) => PictureRequest) => (argument: unknown) => {
    const place = placeOf(argument);
    if (place) open(make(place));
    else void commands.executeCommand('hindcast.findFunction');
  };
  return Disposable.from(
    ...restoring,
    register('hindcast.openServiceMap', () => open({ kind: 'services' })),
    register('hindcast.openGraph', (argument) => {
      const root = placeOf(argument) ?? null;
      open({ kind: 'functions', service: root ? '' : (serviceOf(argument)?.service ?? ''), root });
    }),
    register('hindcast.openCriticalPath', async (argument) => {
      const own = serviceOf(argument) ?? (await chooseService(client));
      if (own) open({ kind: 'criticalPath', ...own });
    }),
    register(
      'hindcast.openLatency',
      ofPlace((place) => ({ kind: 'latency', place })),
    ),
    register(
      'hindcast.openTimeline',
      ofPlace((place) => ({ kind: 'timeline', place })),
    ),
    new Disposable(() => {
      for (const { panel } of panels.values()) panel.dispose();
    }),
  );
}

async function chooseService(client: HindcastClient): Promise<{ service: string; entryPoint: string } | undefined> {
  const names = [...new Set((client.state.status?.services ?? []).map(({ name }) => name))];
  const service =
    names.length === 1
      ? names[0]
      : await window.showQuickPick(names, { title: l10n.t('Critical path of which service?') });
  return service === undefined ? undefined : { service, entryPoint: '' };
}
