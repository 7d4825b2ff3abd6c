// `node --import @hindcast/sensor/register app.js`: only wires the parts. Whatever fails here, the program runs as it is.
import { statSync } from 'node:fs';
import { isMainThread, MessageChannel, parentPort } from 'node:worker_threads';
import { FunctionPlaces } from './context/functionPlaces.js';
import { Libraries } from './context/libraries.js';
import { startContext } from './context/startContext.js';
import type { Declaration } from './declarations.js';
import { findCacheDirectory } from './discovery/cacheDirectory.js';
import { findOwnCode } from './discovery/ownCode.js';
import { startingDirectory } from './discovery/resource.js';
import {
  type Environment,
  readCpuBudget,
  readEndpoint,
  readExitTimeoutMs,
  readLogLevel,
} from './discovery/settings.js';
import { onProcessEnd } from './exit.js';
import { observeCommonJs } from './hooks/commonjs.js';
import { observeModules } from './hooks/modules.js';
import { Observer, sensorDirectory } from './hooks/observer.js';
import { cachedAnalysis } from './lazyAnalysis.js';
import { log, setLogLevel } from './log.js';
import { LateReporter } from './lateReporter.js';
import { mayListen } from './loopback.js';
import { ENTER, enterFunction } from './plugin/embedded.js';
import { startReporter, type Reporter } from './reporter/startReporter.js';
import { ErrorTypes } from './runtime/errorTypes.js';
import { FatalErrors } from './runtime/fatalErrors.js';
import { knowPlacesFrom } from './runtime/throwOn.js';
import { restoreFunctionToString } from './runtime/functionToString.js';
import { Governor } from './runtime/governor.js';
import { LoadedFiles } from './runtime/loadedFiles.js';
import { installProbes } from './runtime/probes.js';
import { RememberedCallers } from './runtime/rememberedCallers.js';
import { allocateShared, noteHandledSignal, viewShared } from './runtime/sharedState.js';
import { showOriginalStacks } from './runtime/stackColumns.js';
import { probeNames } from './transform/injected.js';

const SENSOR_VERSION = '0.1.0';

function start(): void {
  if (probeNames.counts in globalThis) return;
  // Node's thread for loader hooks: `node -r` loads this there, too.
  if (!isMainThread && parentPort === null) return;
  if (process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return;
  setLogLevel(readLogLevel(process.env));
  const script = process.argv[1];
  const scriptIsDirectory = script !== undefined && isDirectory(script);
  const workingDirectory = process.cwd();
  const directory = startingDirectory(script, scriptIsDirectory, workingDirectory);
  const own = findOwnCode(directory, sensorDirectory, process.env);
  const cacheDirectory = findCacheDirectory(process.env, own.root);
  const state = viewShared(allocateShared());
  const files = new LoadedFiles();
  const places = new FunctionPlaces();
  const libraries = new Libraries();
  const declarations = new MessageChannel();
  let env: Environment | undefined;
  /** As it is when the program's own code begins to run. */
  const environment = (): Environment => (env ??= { ...process.env });
  const reporter = new LateReporter(
    () => report(),
    () => mayListen(readEndpoint(environment())),
  );
  const declare = (news: readonly Declaration[]): void => {
    declarations.port1.postMessage(news);
    // Not before there is something to report: tools that run no own code are not worth a thread.
    environment();
    reporter.want();
  };
  const observer = new Observer(own, state, cachedAnalysis(cacheDirectory), {
    located: (script, map, declarations) => {
      files.add(script, map);
      places.add(declarations);
    },
    declared: declare,
  });
  const errorTypes = new ErrorTypes((index, name) => declare([{ kind: 'errorType', index, name }]));
  const report = (): Reporter =>
    startReporter(
      {
        buffers: state.buffers,
        declarationPorts: [declarations.port2, ...modules.declarationPorts],
        env: environment(),
        script,
        scriptIsDirectory,
        workingDirectory,
        sensorVersion: SENSOR_VERSION,
        exitTimeoutMs: readExitTimeoutMs(environment()),
        watchesSignals: isMainThread,
      },
      state,
    );
  declarations.port1.unref();
  const fatalErrors = new FatalErrors(files);
  knowPlacesFrom(fatalErrors);
  const clocks = processClocks();
  const governor = new Governor(state, readCpuBudget(process.env), clocks);
  const catchUp = (): void => {
    reporter.poll();
    modules.catchUp(files, places);
  };
  const context = startContext({
    state,
    files,
    places,
    libraries,
    catchUp,
    callers: new RememberedCallers(governor, clocks.now),
    declare,
    env: process.env,
    script,
    directory,
  });
  installProbes(state, files, errorTypes, fatalErrors, governor, catchUp, context.samples);
  showOriginalStacks(files, catchUp);
  // For files that were instrumented when they were built.
  const enter = enterFunction(state, (name, map, loaded) => {
    files.add(name, map);
    places.add(loaded);
    declare(loaded);
  });
  Object.defineProperty(globalThis, ENTER, { value: enter });
  restoreFunctionToString();
  // Last: what is instrumented needs all of the above.
  const modules = observeModules(observer, own, state, cacheDirectory, libraries, observeCommonJs(observer, libraries));
  if (modules.declarationPorts.length > 0) reporter.want();
  onProcessEnd({
    report() {
      if (!reporter.isWanted) return;
      try {
        if (isMainThread) context.programEnded(Number(process.exitCode ?? 0));
      } finally {
        reporter.flush();
      }
    },
    fatal(error, fromPromise) {
      const passed = typeof error === 'object' && error !== null && errorTypes.wasThrown(error);
      fatalErrors.describe(error, fromPromise, passed);
    },
    handles: (signal, isHandled) => noteHandledSignal(state, signal, isHandled),
  });
}

/** Clocks that a program which replaces them does not change. */
function processClocks(): { now: () => number; cpuMs: () => number } {
  const cpuUsage = process.cpuUsage.bind(process);
  const cpuMs = (): number => {
    const { user, system } = cpuUsage();
    return (user + system) / 1000;
  };
  return { now: performance.now.bind(performance), cpuMs };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

try {
  start();
} catch (error) {
  log('error', `the sensor could not start, the program runs without it: ${String(error)}`);
}
