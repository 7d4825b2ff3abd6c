import { area, axisBottom, axisLeft, curveStepAfter, line, pointer, scaleLinear, scaleLog, select } from 'd3';
import { formatAge, formatCount, formatDuration, formatShare } from '@hindcast/core/format';
import type { LatencyPicture, Picture, VersionLatency } from '@hindcast/proto/webviewMessages';
import { button, element, table } from '../page/element.js';
import { recall, remember, tell } from '../page/host.js';
import { startPage, type Page } from '../page/page.js';
import { densities, shareBelow, type Step } from './densities.js';

const COLOURS = 6;
const SHOWN_AT_FIRST = 3;
const HEIGHT = 300;
const MARGIN = { top: 28, right: 16, bottom: 40, left: 52 };
const CURSOR_STEP = 2 ** (1 / 8);

const nameOf = ({ version, environment }: VersionLatency) =>
  [version === '' ? 'no version' : version, environment].filter((part) => part !== '').join(' · ');

function draw(picture: LatencyPicture, page: Page): () => void {
  const { main, toolbar } = page;
  const { place, versions } = picture;
  toolbar.append(
    button('Open Code', () => tell({ type: 'open', place }), { class: 'primary' }),
    button('Timeline', () => tell({ type: 'picture', request: { kind: 'timeline', place } })),
    button('Call Graph', () => tell({ type: 'picture', request: { kind: 'functions', service: '', root: place } })),
    button('Refresh', () => tell({ type: 'refresh' })),
  );
  const { domain, steps } = densities(versions);
  if (domain === undefined) {
    const text =
      'No call of this function was timed within this time. Calls are timed in samples; a busier or longer time has some.';
    main.append(element('div', { class: 'notice', children: [element('p', { text })] }));
    return () => {};
  }
  const hidden = recall('hiddenVersions');
  const isShown = versions.map((version, index) =>
    Array.isArray(hidden) ? !hidden.includes(nameOf(version)) : index < SHOWN_AT_FIRST,
  );
  const chart = element('div', { class: 'chart', attributes: { tabindex: '0', role: 'img' } });
  const readout = element('p', {
    class: 'readout',
    text: 'Point at the chart, or use the arrow keys on it: which share of the calls took at most so long.',
  });
  let cursor: number | undefined;
  const render = () => drawChart(chart, versions, steps, domain, isShown, cursor, pointAt);
  const pointAt = (seconds: number) => {
    const at = Math.min(domain[1], Math.max(domain[0], seconds));
    cursor = at;
    const shares = versions
      .filter((_, index) => isShown[index])
      .map((version) => `${nameOf(version)} ${formatShare(shareBelow(version, at))}`);
    readout.textContent = `At most ${formatDuration(at)}: ${shares.join(', ')}`;
    render();
  };
  chart.setAttribute(
    'aria-label',
    `Distribution of durations, ${versions.length} versions; the table below has the numbers.`,
  );
  chart.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    const from = cursor ?? Math.sqrt(domain[0] * domain[1]);
    pointAt(event.key === 'ArrowLeft' ? from / CURSOR_STEP : from * CURSOR_STEP);
    page.say(readout.textContent);
  });
  const legend = element('fieldset', { class: 'legend', children: [element('legend', { text: 'Versions' })] });
  versions.forEach((version, index) => {
    const box = element('input', { attributes: { type: 'checkbox' } });
    box.checked = isShown[index] ?? false;
    box.addEventListener('change', () => {
      isShown[index] = box.checked;
      remember('hiddenVersions', versions.filter((_, own) => !isShown[own]).map(nameOf));
      render();
    });
    legend.append(
      element('label', {
        children: [
          box,
          element('span', { class: `swatch colour${index % COLOURS}` }),
          document.createTextNode(nameOf(version)),
        ],
      }),
    );
  });
  main.append(element('div', { class: 'page', children: [legend, chart, readout, versionTable(versions)] }));
  const resized = new ResizeObserver(render);
  resized.observe(chart);
  page.say(`${versions.length} ${versions.length === 1 ? 'version' : 'versions'}.`);
  return () => resized.disconnect();
}

function drawChart(
  chart: HTMLElement,
  versions: readonly VersionLatency[],
  steps: readonly (readonly Step[])[],
  domain: readonly [number, number],
  isShown: readonly boolean[],
  cursor: number | undefined,
  onPoint: (seconds: number) => void,
): void {
  const width = Math.max(320, chart.clientWidth);
  const x = scaleLog([...domain], [MARGIN.left, width - MARGIN.right]);
  const most = Math.max(1e-6, ...steps.flatMap((own, index) => (isShown[index] ? own.map(({ share }) => share) : [])));
  const y = scaleLinear([0, most], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice();
  const root = select(chart);
  root.selectAll('svg').remove();
  const svg = root.append('svg').attr('width', width).attr('height', HEIGHT).attr('aria-hidden', 'true');
  const ticks = x.ticks(6).filter((tick) => /^[125]/.test(tick.toExponential()));
  svg
    .append('g')
    .attr('class', 'scale')
    .attr('transform', `translate(0,${HEIGHT - MARGIN.bottom})`)
    .call(
      axisBottom(x)
        .tickValues(ticks)
        .tickFormat((value) => formatDuration(Number(value))),
    );
  svg
    .append('g')
    .attr('class', 'scale')
    .attr('transform', `translate(${MARGIN.left},0)`)
    .call(
      axisLeft(y)
        .ticks(4)
        .tickFormat((value) => formatShare(Number(value))),
    );
  svg.append('text').attr('class', 'label').attr('x', MARGIN.left).attr('y', 14).text('share of calls');
  svg
    .append('text')
    .attr('class', 'label end')
    .attr('x', width - MARGIN.right)
    .attr('y', HEIGHT - 4)
    .text('duration');
  for (const [index, own] of steps.entries()) {
    const last = own.at(-1);
    if (!isShown[index] || !last) continue;
    const points = [...own, { ...last, fromSeconds: last.toSeconds }];
    const shape = area<Step>()
      .curve(curveStepAfter)
      .x(({ fromSeconds }) => x(fromSeconds))
      .y0(y(0))
      .y1(({ share }) => y(share));
    const outline = line<Step>()
      .curve(curveStepAfter)
      .x(({ fromSeconds }) => x(fromSeconds))
      .y(({ share }) => y(share));
    svg
      .append('path')
      .attr('class', `area colour${index % COLOURS}`)
      .attr('d', shape(points));
    svg
      .append('path')
      .attr('class', `outline colour${index % COLOURS} dash${index % 3}`)
      .attr('d', outline(points));
    const p99 = versions[index]?.p99Seconds;
    if (p99 !== null && p99 !== undefined) {
      const at = Math.min(width - MARGIN.right, Math.max(MARGIN.left, x(p99)));
      const mark = svg.append('g').attr('class', `mark colour${index % COLOURS} dash${index % 3}`);
      mark.append('line').attr('x1', at).attr('x2', at).attr('y1', MARGIN.top).attr('y2', y(0));
      mark
        .append('text')
        .attr('x', at - 4)
        .attr('y', MARGIN.top + 10 + 14 * index)
        .text(`p99 ${versions[index]?.version ?? ''}`);
    }
  }
  if (cursor !== undefined) {
    svg
      .append('line')
      .attr('class', 'cursor')
      .attr('x1', x(cursor))
      .attr('x2', x(cursor))
      .attr('y1', MARGIN.top)
      .attr('y2', y(0));
  }
  svg.on('pointermove', (event: PointerEvent) => onPoint(x.invert(pointer(event, svg.node())[0])));
}

function versionTable(versions: readonly VersionLatency[]): HTMLElement {
  const seconds = (value: number | null) => (value === null ? 'not timed' : formatDuration(value));
  const rows = versions.map((version) => [
    nameOf(version),
    formatCount(version.calls),
    formatCount(version.timed) + (version.isApproximate ? ' (approximate)' : ''),
    seconds(version.p50Seconds),
    seconds(version.p90Seconds),
    seconds(version.p99Seconds),
    seconds(version.meanSeconds),
    version.firstSeenMs === null ? '' : `${formatAge((Date.now() - version.firstSeenMs) / 1000)} ago`,
  ]);
  return table('Durations by version', ['Version', 'Calls', 'Timed', 'p50', 'p90', 'p99', 'Mean', 'First seen'], rows);
}

startPage((picture: Picture): picture is LatencyPicture => picture.kind === 'latency', draw);
