import type { FileExplanation, FileState } from '@hindcast/proto/lspMessages';
import type { FileFacts, FunctionInFile } from '../match/fileFacts.js';

/** Why a file shows what it shows. A function that several services run counts once: ran if it ran in any of them. */
export function explainFile(
  facts: FileFacts,
  state: FileState,
  summary: string,
  window: string,
): Omit<FileExplanation, 'notes'> {
  const counts = { ran: 0, neverRan: 0, notObserved: 0 };
  const reasons = new Map<string, number>();
  for (const own of facts.functions) {
    const kind = kindOf(own);
    counts[kind]++;
    if (kind !== 'notObserved') continue;
    const reason = own.services.find(({ notObservedReason }) => notObservedReason !== '')?.notObservedReason;
    const key = reason ?? facts.message;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
  return {
    summary,
    state,
    functions: { total: facts.functions.length, ...counts },
    notShownReasons: [...reasons]
      .map(([reason, functions]) => ({ reason, functions }))
      .sort((a, b) => b.functions - a.functions),
    provenance: facts.services.flatMap(({ primary, others }) =>
      [primary, ...others].map(({ deployment, filePath }, index) =>
        [
          deployment.service,
          deployment.environment,
          deployment.version,
          deployment.revision.slice(0, 10),
          `as ${filePath}`,
          `last ${window}`,
          `${deployment.instances} ${deployment.instances === 1 ? 'instance' : 'instances'}`,
          ...(index === 0 ? ['shown'] : []),
        ]
          .filter((part) => part !== '')
          .join(' · '),
      ),
    ),
  };
}

/** `Measured in shop: 12 of 30 functions ran, 15 never ran.` for a file with numbers, else the file's own sentence. */
export function fileSummary(facts: FileFacts): string {
  if (facts.state !== 'shown') return facts.message;
  const kinds = facts.functions.map(kindOf);
  const count = (kind: ReturnType<typeof kindOf>) => kinds.filter((own) => own === kind).length;
  const parts = [`${count('ran')} of ${kinds.length} functions ran`, `${count('neverRan')} never ran`];
  if (count('notObserved') > 0) parts.push(`${count('notObserved')} not observed`);
  return `${facts.message.replace(/\.$/, '')}: ${parts.join(', ')}.`;
}

function kindOf({ services }: FunctionInFile): 'ran' | 'neverRan' | 'notObserved' {
  if (services.some(({ facts }) => facts?.state === 'ran')) return 'ran';
  return services.some(({ facts }) => facts?.state === 'never_ran') ? 'neverRan' : 'notObserved';
}
