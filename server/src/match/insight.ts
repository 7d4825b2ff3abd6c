import type { CalleeFacts } from '../collector/detailFeed.js';
import type { DetailFeed } from '../collector/detailFeed.js';
import type { Finding } from '../collector/findings.js';
import type { FunctionDetail } from '../collector/functionDetail.js';
import type { FunctionInFile, FunctionInService } from './fileFacts.js';

/** What is known about functions beyond their counts, answered from memory. */
export class Insight {
  readonly #details: DetailFeed | undefined;
  readonly #path: string;
  /** By file of the deployment and name. */
  readonly #findings = new Map<string, Finding[]>();

  /**
   * @param path under which details were asked for
   * @param findings worst first
   */
  constructor(path: string, details?: DetailFeed, findings: readonly Finding[] = []) {
    this.#path = path;
    this.#details = details;
    for (const finding of findings) {
      if (!finding.function || finding.state === 'gone') continue;
      const key = keyOf(finding.service, finding.function.name);
      this.#findings.set(key, [...(this.#findings.get(key) ?? []), finding]);
    }
  }

  detail({ facts, deployment }: FunctionInService): FunctionDetail | undefined {
    return facts && this.#details?.detail(this.#path, deployment, facts.id);
  }

  /** Undefined when it is not known whom it calls. */
  callees({ facts, service }: FunctionInService): readonly CalleeFacts[] | undefined {
    return facts && this.#details?.callees(this.#path, service, facts.id);
  }

  /**
   * What got worse about a function, worst first. A finding names the place that the function has in the version that is worse, which
   * may be another one than that whose numbers are shown: the same name in the same file, and the same line where the versions agree.
   * @param reportedPath the file as the service reports it
   */
  findings({ facts, service, deployment }: FunctionInService, reportedPath: string): readonly Finding[] {
    if (!facts) return [];
    return (this.#findings.get(keyOf(service, facts.id.name)) ?? []).filter(
      ({ filePath, environment, function: id, after }) =>
        filePath === reportedPath &&
        (environment === '' || deployment.environment === '' || environment === deployment.environment) &&
        (after?.version !== deployment.version || id?.line === facts.id.line),
    );
  }

  /** The same over all services that run it. */
  allFindings(own: FunctionInFile, reportedPathOf: (service: string) => string): readonly Finding[] {
    return own.services.flatMap((view) => this.findings(view, reportedPathOf(view.service)));
  }
}

function keyOf(service: string, name: string): string {
  return `${service}\u0000${name}`;
}
