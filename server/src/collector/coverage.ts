import { hindcast } from '@hindcast/proto/generated/query.js';
import { deployment } from './decodeFacts.js';
import type { Deployment } from './facts.js';

import v1 = hindcast.v1;

/** The denominator, file by file. Field meanings: hindcast/v1/query.proto. */
export interface Coverage {
  readonly files: readonly CoveredFile[];
  /** Empty at the end. */
  readonly nextPageToken: string;
  /** Over all pages. */
  readonly totals: {
    readonly files: number;
    readonly filesNotObserved: number;
    readonly functions: number;
    readonly functionsRan: number;
    readonly functionsNeverRan: number;
    readonly functionsNotObserved: number;
  };
}

export interface CoveredFile {
  readonly deployment: Deployment;
  readonly filePath: string;
  /** Empty when observed. */
  readonly notObservedReason: string;
  readonly functionsRan: number;
  readonly functionsNeverRan: number;
  readonly functionsNotObserved: number;
  readonly calls: number;
}

export function coverage(message: v1.GetCoverageResponse.$Properties): Coverage {
  const totals = message.totals ?? {};
  return {
    files: (message.files ?? []).map((file) => ({
      deployment: deployment(file.deployment ?? {}),
      filePath: file.filePath ?? '',
      notObservedReason: file.notObservedReason ?? '',
      functionsRan: file.functionsRan ?? 0,
      functionsNeverRan: file.functionsNeverRan ?? 0,
      functionsNotObserved: file.functionsNotObserved ?? 0,
      calls: file.calls ?? 0,
    })),
    nextPageToken: message.nextPageToken ?? '',
    totals: {
      files: totals.files ?? 0,
      filesNotObserved: totals.filesNotObserved ?? 0,
      functions: totals.functions ?? 0,
      functionsRan: totals.functionsRan ?? 0,
      functionsNeverRan: totals.functionsNeverRan ?? 0,
      functionsNotObserved: totals.functionsNotObserved ?? 0,
    },
  };
}
