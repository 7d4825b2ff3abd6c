import type { Picture, PictureRequest } from '@hindcast/proto/webviewMessages';
import { element, button } from './element.js';
import { listen, remember, tell } from './host.js';

/** The parts of the page that every picture has. */
export interface Page {
  /** Right of the title: controls of the picture. */
  readonly toolbar: HTMLElement;
  /** Where the picture goes. */
  readonly main: HTMLElement;
  /** Says something to who cannot see it, and shows it in the footer. */
  say(text: string): void;
}

/**
 * Sets the page up, tells the extension that it is ready and draws what comes.
 * @param draw called with each picture of the kind, into an emptied page; what it returns undoes what outlives its elements
 */
export function startPage<P extends Picture>(
  is: (picture: Picture) => picture is P,
  draw: (picture: P, page: Page, request: PictureRequest) => () => void,
): void {
  const title = element('h1');
  const subtitle = element('p', { class: 'subtitle' });
  const toolbar = element('div', { class: 'toolbar', attributes: { role: 'toolbar', 'aria-label': 'Picture' } });
  const main = element('main', { attributes: { 'aria-busy': 'true' } });
  const status = element('p', { attributes: { role: 'status', 'aria-live': 'polite' } });
  document.body.append(
    element('header', {
      children: [element('div', { class: 'titles', children: [title, subtitle] }), toolbar],
    }),
    main,
    element('footer', { children: [status] }),
  );
  const say = (text: string) => {
    status.textContent = text;
  };
  let undo = () => {};
  const clear = () => {
    undo();
    undo = () => {};
    toolbar.replaceChildren();
    main.replaceChildren();
  };
  const notice = (text: string, ...more: Node[]) => {
    clear();
    main.append(element('div', { class: 'notice', children: [element('p', { text }), ...more] }));
  };
  listen((message) => {
    if (message.type === 'said') {
      say(message.message);
      return;
    }
    remember('request', message.request);
    main.setAttribute('aria-busy', String(message.type === 'loading'));
    if (message.type === 'loading') {
      if (title.textContent === '') title.textContent = 'Hindcast';
      // A picture that is read again stays until the new one is there.
      if (main.childElementCount === 0) notice('Reading …');
      return;
    }
    if (message.type === 'failed') {
      if (title.textContent === '') title.textContent = 'Hindcast';
      notice(
        message.message,
        button('Try Again', () => tell({ type: 'refresh' })),
      );
      say('');
      return;
    }
    if (!is(message.picture)) return;
    clear();
    title.textContent = message.picture.title;
    document.title = message.picture.title;
    subtitle.textContent = message.windowText;
    undo = draw(message.picture, { toolbar, main, say }, message.request);
  });
  tell({ type: 'ready' });
}
