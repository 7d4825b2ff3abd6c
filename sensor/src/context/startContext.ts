import { basename } from 'node:path';
import { serviceName } from '../discovery/resource.js';
import type { Declaration } from '../declarations.js';
import type { LoadedFiles } from '../runtime/loadedFiles.js';
import type { RememberedCallers } from '../runtime/rememberedCallers.js';
import type { SharedState } from '../runtime/sharedState.js';
import { Audience } from './audience.js';
import { Exemplars } from './exemplars.js';
import { FastifyRoutes } from './fastify.js';
import { observeFetch } from './fetchClient.js';
import type { FunctionPlaces } from './functionPlaces.js';
import { observeHttpClient } from './httpClient.js';
import { HttpRequests } from './httpServer.js';
import type { Libraries } from './libraries.js';
import { addLibraries } from './libraryTable.js';
import { Outgoing } from './outgoing.js';
import { OwnFunctions } from './ownFunctions.js';
import { Requests } from './requests.js';
import type { SampleListener } from './sampleListener.js';
import { observeTimers } from './timers.js';
import { SeriesTable } from './series.js';

export interface ContextParts {
  readonly state: SharedState;
  readonly files: LoadedFiles;
  readonly places: FunctionPlaces;
  readonly libraries: Libraries;
  /** Takes over what another thread has instrumented. */
  readonly catchUp: () => void;
  readonly callers: RememberedCallers;
  readonly declare: (declarations: readonly Declaration[]) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly script: string | undefined;
  /** Where the program's package.json is looked for. */
  readonly directory: string;
}

/** What the other parts of the sensor tell this one. */
export interface Context {
  readonly samples: SampleListener;
  /** The program has come to its end by itself. */
  programEnded(exitCode: number): void;
}

/** Observes where work comes from and where it goes. */
export function startContext(parts: ContextParts): Context {
  const { state, files, callers, places, libraries, catchUp, declare, env, script, directory } = parts;
  const table = new SeriesTable(state, (series) => declare([series]));
  const exemplars = new Exemplars((exemplar) => declare([exemplar]));
  const own = new OwnFunctions(files, catchUp);
  const requests = new Requests(table, own, isContextFree(env), (...ended) => exemplars.ended(...ended));
  const http = new HttpRequests(requests, own);
  const outgoing = new Outgoing({
    table,
    own,
    callers,
    requests,
    audience: new Audience(env['HINDCAST_PROPAGATE_TO']),
    placeOf: (fn) => places.of(fn),
    serviceName: () => serviceName({ env, script, directory }),
  });

  http.install();
  observeHttpClient(outgoing);
  observeFetch(outgoing);
  observeTimers(requests, own, outgoing);
  const fastify = new FastifyRoutes(requests, http);
  fastify.install();
  addLibraries(libraries, { requests, http, fastify, outgoing, own });
  return {
    samples: requests,
    programEnded: (exitCode) => requests.programEnded(basename(script ?? 'node'), exitCode),
  };
}

/** From Node 24 on, V8 carries AsyncLocalStorage's value along; before, and without that, it is done by async_hooks. */
function isContextFree(env: Readonly<Record<string, string | undefined>>): boolean {
  const major = Number(process.versions.node.split('.')[0]);
  const off = '--no-async-context-frame';
  return major >= 24 && !process.execArgv.includes(off) && !(env['NODE_OPTIONS'] ?? '').includes(off);
}
