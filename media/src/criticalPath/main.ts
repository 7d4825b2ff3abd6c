import { scaleLinear } from 'd3';
import { formatCount, formatDuration, formatShare } from '@hindcast/core/format';
import type { CriticalPathPicture, EntryPath, Example, FunctionPlace, Picture } from '@hindcast/proto/webviewMessages';
import { button, element, table } from '../page/element.js';
import { remember, recall, tell } from '../page/host.js';
import { startPage, type Page } from '../page/page.js';
import { stackParts } from './stack.js';
import { waterfallRows } from './waterfall.js';

const SMALLEST_SHARE = 0.01;
/** Colours repeat after so many; the labels tell parts apart. */
const COLOURS = 6;
const MAX_ROWS = 200;

function draw(picture: CriticalPathPicture, page: Page): () => void {
  const { main, toolbar } = page;
  toolbar.append(button('Refresh', () => tell({ type: 'refresh' })));
  if (picture.entryPoints.length === 0) {
    const text =
      'No entry point of this service was called within this time, or none of its calls was followed to the end.';
    main.append(element('div', { class: 'notice', children: [element('p', { text })] }));
    return () => {};
  }
  const content = element('div', { class: 'page' });
  const remembered = picture.entryPoints.findIndex(({ name }) => name === recall('entryPoint'));
  const show = (index: number) => {
    const path = picture.entryPoints[index];
    if (!path) return;
    remember('entryPoint', path.name);
    content.replaceChildren(...entryPath(path, page));
    page.say(`${path.name}: ${formatDuration(path.meanSeconds)} on average.`);
  };
  const first = remembered >= 0 ? remembered : picture.selected;
  const chooser = element('select', { attributes: { 'aria-label': 'Entry point' } });
  for (const [index, { name, kind }] of picture.entryPoints.entries()) {
    chooser.append(
      element('option', { text: kind === '' ? name : `${kind} ${name}`, attributes: { value: String(index) } }),
    );
  }
  chooser.value = String(first);
  chooser.addEventListener('change', () => show(Number(chooser.value)));
  toolbar.prepend(chooser);
  main.append(content);
  show(first);
  return () => {};
}

function entryPath(path: EntryPath, page: Page): HTMLElement[] {
  const basis =
    path.basis === 'traces'
      ? `from ${formatCount(path.traces)} whole ${path.traces === 1 ? 'trace' : 'traces'}`
      : `estimated from ${formatCount(path.traces)} single ${path.traces === 1 ? 'call' : 'calls'} that the sensor kept`;
  const partial = path.partialTraces > 0 ? `; ${formatCount(path.partialTraces)} with missing parts left out` : '';
  return [
    element('p', { class: 'figure', text: formatDuration(path.meanSeconds) }),
    element('p', { class: 'muted', text: `mean end-to-end time of ${path.name}, ${basis}${partial}` }),
    element('h2', { text: 'What the time goes to' }),
    ...(path.parts.length === 0
      ? [element('p', { text: 'Nothing is known about its parts yet.' })]
      : [bar(path), parts(path)]),
    ...(path.examples.length === 0 ? [] : [element('h2', { text: 'Single calls' }), examples(path.examples, page)]),
  ];
}

/** One bar for the whole; the table below says the same in words, so it is hidden from screen readers. */
function bar({ parts: all }: EntryPath): HTMLElement {
  const whole = element('div', { class: 'stack', attributes: { 'aria-hidden': 'true' } });
  for (const [order, { from, to, parts: members }] of stackParts(all, SMALLEST_SHARE).entries()) {
    const isOne = members.length === 1;
    const own = isOne ? all[members[0] ?? 0] : undefined;
    const label = own ? own.label : `${members.length} small ones`;
    const piece = element('div', {
      class: `piece colour${order % COLOURS}`,
      attributes: { title: `${label} · ${formatShare(to - from)}` },
    });
    piece.style.left = `${from * 100}%`;
    piece.style.width = `${(to - from) * 100}%`;
    if (to - from > 0.06) piece.append(element('span', { text: label }));
    whole.append(piece);
  }
  return whole;
}

function parts({ parts: all, meanSeconds }: EntryPath): HTMLElement {
  const rows = all.slice(0, MAX_ROWS).map((part) => {
    const saves =
      part.savesAtMostSeconds > 0
        ? `${formatDuration(part.savesAtMostSeconds)} (${formatShare(part.savesAtMostSeconds / Math.max(meanSeconds, Number.EPSILON))})`
        : 'nothing';
    return [
      nameOf(part.label, part.place),
      part.detail,
      meter(part.share, formatShare(part.share)),
      formatDuration(part.selfSeconds),
      meter(part.savesAtMostSeconds / Math.max(meanSeconds, Number.EPSILON), saves),
    ];
  });
  const more = all.length > MAX_ROWS ? `, the ${MAX_ROWS} largest of ${all.length}` : '';
  return table(
    `Parts of the critical path${more}`,
    ['Part', 'Where', 'Share', 'Own time', 'Faster saves at most'],
    rows,
  );
}

function nameOf(label: string, place: FunctionPlace | null): Node {
  return place
    ? button(label, () => tell({ type: 'open', place }), { class: 'link', attributes: { title: 'Open the code' } })
    : document.createTextNode(label);
}

/** A number with a bar under it. */
function meter(share: number, text: string): HTMLElement {
  const fill = element('div', { class: 'fill' });
  fill.style.width = `${Math.min(1, Math.max(0, share)) * 100}%`;
  return element('div', { class: 'meter', children: [element('span', { text }), fill] });
}

function examples(all: readonly Example[], page: Page): HTMLElement {
  const shown = element('div');
  const show = (index: number) => {
    const example = all[index];
    if (example) shown.replaceChildren(...waterfall(example, page));
    tabs.forEach((tab, own) => tab.setAttribute('aria-pressed', String(own === index)));
  };
  const tabs = all.map((example, index) =>
    button(
      `${example.label} · ${formatDuration(example.durationSeconds)}${example.errorType === '' || example.label === 'Failed' ? '' : ' · failed'}`,
      () => show(index),
    ),
  );
  show(0);
  return element('div', { children: [element('div', { class: 'actions', children: tabs }), shown] });
}

function waterfall(example: Example, page: Page): HTMLElement[] {
  const { rows, seconds } = waterfallRows(example);
  const facts = [
    new Date(example.atMs).toLocaleString(),
    example.version === '' ? '' : `version ${example.version}`,
    example.errorType === '' ? '' : `failed with ${example.errorType}`,
  ].filter((part) => part !== '');
  const trace =
    example.traceId === ''
      ? []
      : [
          button(`Copy Trace Id ${example.traceId.slice(0, 8)}…`, () => {
            tell({ type: 'copy', text: example.traceId });
            page.say('The trace id is on the clipboard.');
          }),
        ];
  const axis = element('div', { class: 'axis', attributes: { 'aria-hidden': 'true' } });
  for (const tick of scaleLinear([0, seconds], [0, 1]).ticks(5)) {
    const mark = element('span', { text: formatDuration(tick) });
    mark.style.left = `${(tick / seconds) * 100}%`;
    axis.append(mark);
  }
  const list = element('ol', { class: 'waterfall' });
  for (const { span, left, width, isPlaced } of rows.slice(0, MAX_ROWS)) {
    const piece = element('div', { class: isPlaced ? 'piece' : 'piece unplaced' });
    piece.style.left = `${left * 100}%`;
    piece.style.width = `${width * 100}%`;
    const name = element('div', { class: 'name', children: [nameOf(span.label, span.place)] });
    name.style.paddingLeft = `${Math.min(span.depth, 12) * 12}px`;
    list.append(
      element('li', {
        attributes: { title: span.detail },
        children: [
          name,
          element('div', { class: 'track', attributes: { 'aria-hidden': 'true' }, children: [piece] }),
          element('span', { class: 'number', text: formatDuration(span.durationSeconds) }),
        ],
      }),
    );
  }
  const notes = [
    ...(rows.some(({ isPlaced }) => !isPlaced)
      ? ['Striped bars: how long is known, when is not. They stand where they can have begun at the earliest.']
      : []),
    ...(rows.length > MAX_ROWS ? [`${rows.length - MAX_ROWS} more are left out.`] : []),
  ];
  return [
    element('p', { class: 'muted', text: facts.join(' · ') }),
    ...trace,
    axis,
    list,
    ...notes.map((text) => element('p', { class: 'muted', text })),
  ];
}

startPage((picture: Picture): picture is CriticalPathPicture => picture.kind === 'criticalPath', draw);
