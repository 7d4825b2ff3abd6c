// From measured rounds to figures, and figures to a table.
import { quantile, summarise } from './statistics.mjs';

const p99 = (latenciesMs) => quantile(latenciesMs, 0.99);
const rounded = (value, digits) => (Number.isFinite(value) ? Number(value.toFixed(digits)) : null);

/** Figure → how it is taken out of a variant's block and bare's block of the same round. */
const perRound = {
  cpuRatio: (own, bare) => own.cpuMs / own.requests / (bare.cpuMs / bare.requests),
  throughputRatio: (own, bare) => own.requests / own.wallMs / (bare.requests / bare.wallMs),
  p99Ratio: (own, bare) => p99(own.latenciesMs) / p99(bare.latenciesMs),
  rssDeltaMb: (own, bare) => own.rssMb - bare.rssMb,
};

function figure(summary, digits) {
  return {
    value: rounded(summary.median, digits),
    spread: { p10: rounded(summary.p10, digits), p90: rounded(summary.p90, digits), n: summary.n },
  };
}

/**
 * A variant's figures against bare, each a median with its spread over rounds (over starts, for startupDeltaMs).
 * `cpuWhileLoadedRatio`, beside the spreads, leaves out what the program did between its blocks.
 */
export function figuresOf(name, { rounds, startups }) {
  const paired = rounds.filter((round) => round[name] && round.bare);
  const starts = startups.filter((pass) => pass[name] !== undefined && pass.bare !== undefined);
  const ratiosOf = (take) => summarise(paired.map((round) => take(round[name], round.bare)));
  const whileLoaded = ratiosOf((own, bare) => own.blockCpuMs / own.requests / (bare.blockCpuMs / bare.requests));
  const figures = Object.entries(perRound).map(([figureName, take]) => {
    return [figureName, figure(ratiosOf(take), figureName === 'rssDeltaMb' ? 1 : 4)];
  });
  figures.push(['startupDeltaMs', figure(summarise(starts.map((pass) => pass[name] - pass.bare)), 0)]);
  return {
    ...Object.fromEntries(figures.map(([key, { value }]) => [key, value])),
    spread: {
      ...Object.fromEntries(figures.map(([key, { spread }]) => [key, spread])),
      cpuWhileLoadedRatio: { median: rounded(whileLoaded.median, 4), ...figure(whileLoaded, 4).spread },
    },
  };
}

/** What the ratios are ratios to. */
export function absoluteOf({ rounds, startups }) {
  const median = (take) => rounded(summarise(rounds.map((round) => take(round.bare))).median, 3);
  return {
    cpuMsPerRequest: median(({ cpuMs, requests }) => cpuMs / requests),
    requestsPerSecond: median(({ requests, wallMs }) => (requests * 1_000) / wallMs),
    p99Ms: median(({ latenciesMs }) => p99(latenciesMs)),
    rssMb: median(({ rssMb }) => rssMb),
    startupMs: rounded(summarise(startups.map((pass) => pass.bare)).median, 0),
  };
}

const headings = [
  '',
  'CPU/request',
  '(p10-p90)',
  'while loaded',
  'throughput',
  'p99',
  '(p10-p90)',
  'RSS MB',
  'start ms',
];
const signed = (value) => (value > 0 ? `+${value}` : String(value));

function rowOf(name, figures) {
  const range = ({ p10, p90 }) => `${p10.toFixed(2)}-${p90.toFixed(2)}`;
  return [
    name,
    figures.cpuRatio.toFixed(3),
    range(figures.spread.cpuRatio),
    figures.spread.cpuWhileLoadedRatio.median.toFixed(3),
    figures.throughputRatio.toFixed(2),
    figures.p99Ratio.toFixed(2),
    range(figures.spread.p99Ratio),
    signed(figures.rssDeltaMb),
    signed(figures.startupDeltaMs),
  ];
}

/** The figures of one app as lines of text; `missing` are told with their reason. */
export function tableOf(appName, { figures, absolute, missing, rounds, callsPerRequest }) {
  const rows = [headings, ...Object.entries(figures).map(([name, each]) => rowOf(name, each))];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  const bare =
    `bare: ${absolute.cpuMsPerRequest} ms CPU and p99 ${absolute.p99Ms} ms per request, ` +
    `${absolute.requestsPerSecond} requests/s, ${absolute.rssMb} MB, ready after ${absolute.startupMs} ms`;
  const calls = figures.hindcast ? [`hindcast reported ${callsPerRequest.toFixed(1)} own calls per request`] : [];
  const gaps = Object.entries(missing).map(([name, reason]) => `${name}: not measured: ${reason}`);
  return [`${appName} (${rounds} rounds)`, ...lines, bare, ...calls, ...gaps].join('\n');
}
