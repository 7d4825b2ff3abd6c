import { axisBottom, axisLeft, line, max, pointer, scaleLinear, scaleTime, select } from 'd3';
import { formatCount, formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import type { Picture, TimelinePicture } from '@hindcast/proto/webviewMessages';
import { button, element, table } from '../page/element.js';
import { tell } from '../page/host.js';
import { startPage, type Page } from '../page/page.js';
import { labelRows, observedPart, tracksOf, type Sample, type Tracks } from './tracks.js';

const MARGIN = { left: 60, right: 16 };
const TRACK_HEIGHT = 110;
const GAP = 30;
const LABEL_HEIGHT = 16;
const LABEL_WIDTH = 96;
const MAX_LABEL_ROWS = 4;
const MAX_TABLE_ROWS = 200;

function draw(whole: TimelinePicture, page: Page): () => void {
  const { main, toolbar } = page;
  const picture = { ...whole, points: observedPart(whole.points) };
  const { place, points } = picture;
  toolbar.append(
    button('Open Code', () => tell({ type: 'open', place }), { class: 'primary' }),
    button('Latency by Version', () => tell({ type: 'picture', request: { kind: 'latency', place } })),
    button('Call Graph', () => tell({ type: 'picture', request: { kind: 'functions', service: '', root: place } })),
    button('Refresh', () => tell({ type: 'refresh' })),
  );
  if (points.length === 0) {
    const text = 'Nobody reported this function within this time.';
    main.append(element('div', { class: 'notice', children: [element('p', { text })] }));
    return () => {};
  }
  const tracks = tracksOf(points);
  const chart = element('div', { class: 'chart', attributes: { tabindex: '0', role: 'img' } });
  chart.setAttribute(
    'aria-label',
    `Calls, failures and durations over time, ${picture.deploys.length} deploys marked; the table below has the numbers.`,
  );
  const readout = element('p', { class: 'readout', text: 'Point at the chart, or use the arrow keys on it.' });
  let cursor: number | undefined;
  const render = () => drawTracks(chart, picture, tracks, cursor, pointAt);
  const pointAt = (index: number) => {
    cursor = Math.min(points.length - 1, Math.max(0, index));
    readout.textContent = describe(tracks, cursor);
    render();
  };
  chart.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    pointAt((cursor ?? points.length - 1) + (event.key === 'ArrowLeft' ? -1 : 1));
    page.say(readout.textContent);
  });
  main.append(
    element('div', { class: 'page', children: [chart, readout, deployList(picture), pointTable(picture, tracks)] }),
  );
  const resized = new ResizeObserver(render);
  resized.observe(chart);
  return () => resized.disconnect();
}

function describe(tracks: Tracks, index: number): string {
  const calls = tracks.callsPerMinute[index];
  if (!calls) return '';
  const when = `${clock(calls.startMs)} to ${clock(calls.endMs)}`;
  if (calls.value === undefined) return `${when}: nothing was reported.`;
  const share = tracks.errorShare[index]?.value;
  const [p50, p99] = [tracks.p50Seconds[index]?.value, tracks.p99Seconds[index]?.value];
  return [
    `${when}: ${formatRate(calls.value)}`,
    ...(share === undefined ? [] : [`${formatShare(share)} failed`]),
    ...(p50 === undefined ? [] : [`p50 ${formatDuration(p50)}`]),
    ...(p99 === undefined ? [] : [`p99 ${formatDuration(p99)}`]),
  ].join(' · ');
}

const clock = (ms: number) => new Date(ms).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });

interface Row {
  readonly title: string;
  readonly lines: readonly { readonly name: string; readonly samples: readonly Sample[] }[];
  readonly format: (value: number) => string;
}

function drawTracks(
  chart: HTMLElement,
  { points, deploys }: TimelinePicture,
  tracks: Tracks,
  cursor: number | undefined,
  onPoint: (index: number) => void,
): void {
  const rows: Row[] = [
    {
      title: 'calls per minute',
      lines: [{ name: 'calls', samples: tracks.callsPerMinute }],
      format: (value) => formatCount(value),
    },
    { title: 'failed', lines: [{ name: 'errors', samples: tracks.errorShare }], format: formatShare },
    {
      title: 'duration: p99 solid, p50 dashed',
      lines: [
        { name: 'p99', samples: tracks.p99Seconds },
        { name: 'p50', samples: tracks.p50Seconds },
      ],
      format: formatDuration,
    },
  ];
  const width = Math.max(360, chart.clientWidth);
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return;
  const x = scaleTime([first.startMs, last.startMs + last.widthSeconds * 1000], [MARGIN.left, width - MARGIN.right]);
  const inside = deploys.filter(({ atMs }) => atMs >= first.startMs);
  const labels = labelRows(
    inside.map(({ atMs }) => x(atMs)),
    LABEL_WIDTH,
  );
  const top = (Math.min(MAX_LABEL_ROWS, Math.max(0, ...labels.map((row) => row + 1))) + 0.5) * LABEL_HEIGHT;
  const height = top + rows.length * (TRACK_HEIGHT + GAP) + 20;
  const root = select(chart);
  root.selectAll('svg').remove();
  const svg = root.append('svg').attr('width', width).attr('height', height).attr('aria-hidden', 'true');

  for (const { startMs, endMs, value } of tracks.callsPerMinute) {
    if (value !== undefined) continue;
    svg
      .append('rect')
      .attr('class', 'gap')
      .attr('x', x(startMs))
      .attr('width', Math.max(1, x(endMs) - x(startMs)))
      .attr('y', top)
      .attr('height', height - top - 40);
  }
  for (const [index, row] of rows.entries()) {
    const begin = top + index * (TRACK_HEIGHT + GAP) + 16;
    const most = max(row.lines.flatMap(({ samples }) => samples.map(({ value }) => value ?? 0))) ?? 0;
    const y = scaleLinear([0, most > 0 ? most : 1], [begin + TRACK_HEIGHT - 8, begin]).nice(3);
    svg
      .append('text')
      .attr('class', 'label')
      .attr('x', MARGIN.left)
      .attr('y', begin - 6)
      .text(row.title);
    svg
      .append('g')
      .attr('class', 'scale')
      .attr('transform', `translate(${MARGIN.left},0)`)
      .call(
        axisLeft(y)
          .ticks(3)
          .tickFormat((value) => row.format(Number(value))),
      );
    for (const { name, samples } of row.lines) {
      const path = line<Sample>()
        .defined(({ value }) => value !== undefined)
        .x(({ startMs, endMs }) => x((startMs + endMs) / 2))
        .y(({ value }) => y(value ?? 0));
      svg.append('path').attr('class', `track ${name}`).attr('d', path(samples));
      // A point between two gaps is no line.
      for (const [at, { startMs, endMs, value }] of samples.entries()) {
        if (value === undefined || samples[at - 1]?.value !== undefined || samples[at + 1]?.value !== undefined)
          continue;
        svg
          .append('circle')
          .attr('class', `dot ${name}`)
          .attr('r', 2.5)
          .attr('cx', x((startMs + endMs) / 2))
          .attr('cy', y(value));
      }
    }
  }
  const bottom = height - 36;
  for (const [index, { atMs, version }] of inside.entries()) {
    const row = labels[index] ?? 0;
    const deploy = svg.append('g').attr('class', 'deploy');
    deploy
      .append('line')
      .attr('x1', x(atMs))
      .attr('x2', x(atMs))
      .attr('y1', row * LABEL_HEIGHT)
      .attr('y2', bottom);
    if (row < MAX_LABEL_ROWS) {
      const isLeft = x(atMs) > width - LABEL_WIDTH;
      deploy
        .append('text')
        .attr('x', x(atMs) + (isLeft ? -4 : 4))
        .attr('y', row * LABEL_HEIGHT + 11)
        .attr('class', isLeft ? 'end' : '')
        .text(`▼ ${version === '' ? 'deploy' : version}`);
    }
  }
  svg
    .append('g')
    .attr('class', 'scale')
    .attr('transform', `translate(0,${bottom})`)
    .call(axisBottom(x).ticks(Math.max(2, width / 120)));
  const at = cursor === undefined ? undefined : points[cursor];
  if (at) {
    const middle = x(at.startMs + at.widthSeconds * 500);
    svg.append('line').attr('class', 'cursor').attr('x1', middle).attr('x2', middle).attr('y1', top).attr('y2', bottom);
  }
  svg.on('pointermove', (event: PointerEvent) => {
    const ms = x.invert(pointer(event, svg.node())[0]).getTime();
    const index = points.findIndex(({ startMs, widthSeconds }) => ms < startMs + widthSeconds * 1000);
    onPoint(index < 0 ? points.length - 1 : index);
  });
}

function deployList({ deploys, points }: TimelinePicture): HTMLElement {
  const first = points[0]?.startMs ?? 0;
  const lines = deploys.map(({ version, environment, atMs }) => {
    const name = [version === '' ? 'no version' : version, environment].filter((part) => part !== '').join(' · ');
    return element('li', { text: atMs < first ? `${name}: before the beginning` : `${name}: ${clock(atMs)}` });
  });
  return element('div', { children: [element('h2', { text: 'Deploys' }), element('ul', { children: lines })] });
}

function pointTable({ points }: TimelinePicture, tracks: Tracks): HTMLElement {
  const rows = points
    .map((point, index) => ({ point, index }))
    .filter(({ point }) => point.observedSeconds > 0)
    .slice(-MAX_TABLE_ROWS)
    .reverse()
    .map(({ point, index }) => [
      clock(point.startMs),
      formatCount(point.calls),
      formatRate(tracks.callsPerMinute[index]?.value ?? 0),
      formatCount(point.errors),
      point.p50Seconds === null ? 'not timed' : formatDuration(point.p50Seconds),
      point.p99Seconds === null ? 'not timed' : formatDuration(point.p99Seconds),
    ]);
  return table('Over time, newest first', ['From', 'Calls', 'Rate', 'Failed', 'p50', 'p99'], rows);
}

startPage((picture: Picture): picture is TimelinePicture => picture.kind === 'timeline', draw);
