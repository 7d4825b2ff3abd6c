import type { CallerKey, DependencyKey, DeploymentKey, EntryPointKey, FunctionKey, PathOwnerKey } from './model.js';

// Strings that are equal exactly when the keys are: no part can hold a NUL, processors replace it.

export function deploymentKeyText(key: DeploymentKey): string {
  return `${key.service}\0${key.environment}\0${key.version}\0${key.revision}\0${key.source}`;
}

export function functionKeyText(fn: FunctionKey): string {
  return `${fn.path}\0${fn.line}\0${fn.column}\0${fn.name}`;
}

export function callerKeyText(caller: CallerKey): string {
  return caller === 'entry' ? '' : `${caller.service}\0${functionKeyText(caller.fn)}`;
}

export function entryPointKeyText(entryPoint: EntryPointKey): string {
  return `${entryPoint.kind}\0${entryPoint.name}`;
}

export function dependencyKeyText(dependency: DependencyKey): string {
  return `${dependency.kind}\0${dependency.target}`;
}

export function pathOwnerKeyText({ service, fn, calleeService, dependency }: PathOwnerKey): string {
  return `${service}\0${functionKeyText(fn)}\0${calleeService}\0${dependency ? dependencyKeyText(dependency) : ''}`;
}
