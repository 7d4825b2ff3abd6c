import { either, fields, flag, list, nullable, number, text, word, type Infer } from './shape.js';

/**
 * What the extension and its webviews say to each other, and the data of each picture. Both sides check what they are given.
 * Durations are seconds, moments milliseconds since 1970, shares 0..1. Names of services, functions, files and errors came from
 * production: they are shown as text and are nothing else.
 */

/** A function as a deployment reported it. Lines and columns are 1-based; 0 when unknown. */
export const functionPlaceShape = fields({
  service: text,
  /** `code.file.path`; empty when only the name is known. */
  filePath: text,
  name: text,
  line: number,
  column: number,
});
export type FunctionPlace = Infer<typeof functionPlaceShape>;

/** What a picture is asked about. It is also what a picture remembers over a restart of the window. */
export const pictureRequestShape = either(
  /** Services and what they call. */
  fields({ kind: word('services') }),
  /** Functions around one function, or the hottest of a service (empty: of all) when there is none. */
  fields({ kind: word('functions'), service: text, root: nullable(functionPlaceShape) }),
  /** What the time of a service's entry points goes to. `entryPoint` is the one to begin with; empty: the one with most time. */
  fields({ kind: word('criticalPath'), service: text, entryPoint: text }),
  /** Durations of a function by version. */
  fields({ kind: word('latency'), place: functionPlaceShape }),
  /** A function over time, with deploys. */
  fields({ kind: word('timeline'), place: functionPlaceShape }),
);
export type PictureRequest = Infer<typeof pictureRequestShape>;

const graphNodeShape = fields({
  label: text,
  service: text,
  /** Path of the file, or what kind of dependency it is. */
  detail: text,
  role: word('service', 'dependency', 'function'),
  calls: number,
  errors: number,
  /** Null when no call was timed. */
  p99Seconds: nullable(number),
  meanSeconds: nullable(number),
  /** Null for what is no function. */
  place: nullable(functionPlaceShape),
  isRoot: flag,
  /** Entry points its calls belong to, most calls first. */
  entryPoints: list(fields({ name: text, calls: number }), 20),
});
export type GraphNode = Infer<typeof graphNodeShape>;

const graphEdgeShape = fields({
  /** Indexes in `nodes`. */
  from: number,
  to: number,
  calls: number,
  /** 0 when the caller does not know. */
  errors: number,
});
export type GraphEdge = Infer<typeof graphEdgeShape>;

export const graphShape = fields({
  kind: word('graph'),
  level: word('services', 'functions'),
  title: text,
  nodes: list(graphNodeShape, 20_000),
  edges: list(graphEdgeShape, 200_000),
  /** Nodes left out. */
  omitted: number,
});
export type Graph = Infer<typeof graphShape>;

const pathPartShape = fields({
  label: text,
  detail: text,
  role: word('function', 'edge', 'dependency'),
  place: nullable(functionPlaceShape),
  share: number,
  /** Mean own time on the path. */
  selfSeconds: number,
  /** Making it faster saves at most so much of the mean. */
  savesAtMostSeconds: number,
  traces: number,
});
export type PathPart = Infer<typeof pathPartShape>;

const spanShape = fields({
  label: text,
  detail: text,
  place: nullable(functionPlaceShape),
  depth: number,
  /** Since the beginning of the call; null when only the order is known. */
  startSeconds: nullable(number),
  durationSeconds: number,
});
export type WaterfallSpan = Infer<typeof spanShape>;

const exampleShape = fields({
  label: text,
  /** Empty when it was not traced. */
  traceId: text,
  atMs: number,
  durationSeconds: number,
  /** Empty when it did not fail. */
  errorType: text,
  version: text,
  spans: list(spanShape, 2000),
});
export type Example = Infer<typeof exampleShape>;

const entryPathShape = fields({
  name: text,
  kind: text,
  meanSeconds: number,
  traces: number,
  partialTraces: number,
  basis: word('traces', 'exemplars'),
  parts: list(pathPartShape, 1000),
  examples: list(exampleShape, 20),
});
export type EntryPath = Infer<typeof entryPathShape>;

export const criticalPathShape = fields({
  kind: word('criticalPath'),
  title: text,
  service: text,
  entryPoints: list(entryPathShape, 500),
  selected: number,
});
export type CriticalPathPicture = Infer<typeof criticalPathShape>;

const versionShape = fields({
  version: text,
  environment: text,
  calls: number,
  errors: number,
  firstSeenMs: nullable(number),
  lastSeenMs: nullable(number),
  /** Bucket `i` holds (2^(i/16), 2^((i+1)/16)] seconds. Ascending. */
  bucketIndexes: list(number, 2000),
  bucketCounts: list(number, 2000),
  zeroCount: number,
  timed: number,
  meanSeconds: nullable(number),
  p50Seconds: nullable(number),
  p90Seconds: nullable(number),
  p99Seconds: nullable(number),
  /** The histogram was spread from coarser buckets. */
  isApproximate: flag,
});
export type VersionLatency = Infer<typeof versionShape>;

export const latencyShape = fields({
  kind: word('latency'),
  title: text,
  place: functionPlaceShape,
  /** Newest first. */
  versions: list(versionShape, 100),
});
export type LatencyPicture = Infer<typeof latencyShape>;

const pointShape = fields({
  startMs: number,
  widthSeconds: number,
  calls: number,
  errors: number,
  /** 0: nothing was reported, which is no zero. */
  observedSeconds: number,
  p50Seconds: nullable(number),
  p99Seconds: nullable(number),
});
export type TimelinePoint = Infer<typeof pointShape>;

const deployShape = fields({ version: text, environment: text, atMs: number });
export type Deploy = Infer<typeof deployShape>;

export const timelineShape = fields({
  kind: word('timeline'),
  title: text,
  place: functionPlaceShape,
  /** Oldest first, over all versions. */
  points: list(pointShape, 2000),
  /** Oldest first. */
  deploys: list(deployShape, 500),
});
export type TimelinePicture = Infer<typeof timelineShape>;

export const pictureShape = either(graphShape, criticalPathShape, latencyShape, timelineShape);
export type Picture = Infer<typeof pictureShape>;

/** Which bundle draws a picture: also the webview's type after `hindcast.`. */
export type PictureView = 'graph' | 'criticalPath' | 'latency' | 'timeline';

/** Extension → webview. */
export const toWebviewShape = either(
  /** `windowText` says what time the numbers are about. */
  fields({ type: word('show'), picture: pictureShape, request: pictureRequestShape, windowText: text }),
  /** Nothing can be drawn: one sentence that says why and what to do. */
  fields({ type: word('failed'), message: text, request: pictureRequestShape }),
  fields({ type: word('loading'), request: pictureRequestShape }),
  /** The answer to `open`: where it went, or why it did not. One sentence. */
  fields({ type: word('said'), message: text }),
);
export type ToWebview = Infer<typeof toWebviewShape>;

/** Webview → extension. */
export const fromWebviewShape = either(
  /** Loaded; wants to be shown what it is about. */
  fields({ type: word('ready') }),
  fields({ type: word('open'), place: functionPlaceShape }),
  /** Another picture: in this panel when its bundle is the same, else in its own. */
  fields({ type: word('picture'), request: pictureRequestShape }),
  fields({ type: word('refresh') }),
  fields({ type: word('copy'), text }),
  /** Goes to the log. */
  fields({ type: word('broken'), message: text }),
);
export type FromWebview = Infer<typeof fromWebviewShape>;

/** The bundle for a request. */
export function viewOf(request: PictureRequest): PictureView {
  switch (request.kind) {
    case 'services':
    case 'functions':
      return 'graph';
    case 'criticalPath':
    case 'latency':
    case 'timeline':
      return request.kind;
  }
}
