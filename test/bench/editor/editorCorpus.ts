import { contentHash } from '@hindcast/server/source/contentHash';
import type { TestFunction } from '../../integration/collectorClient.js';

/** A source file with its functions as a sensor would report them. */
export interface CorpusFile {
  /** As services report it. */
  readonly path: string;
  readonly text: string;
  readonly hash: string;
  readonly functions: readonly TestFunction[];
}

const LINES_PER_FUNCTION = 10;

/** A TypeScript file of functions of ten lines each, which call each other. Always the same text for the same index. */
export function corpusFile(index: number, functionCount: number): CorpusFile {
  const functions: TestFunction[] = [];
  const lines: string[] = [];
  for (let at = 0; at < functionCount; at++) {
    const name = `step${index}of${at}`;
    functions.push({ name, line: at * LINES_PER_FUNCTION + 1, column: 17 });
    lines.push(
      `export function ${name}(order: Order, rate: number): number {`,
      `  const open = order.lines.filter((line) => line.open && line.price > ${at});`,
      `  if (open.length === 0) return rate * ${index};`,
      '  let total = 0;',
      '  for (const line of open) {',
      `    total += line.price * rate + ${at % 7};`,
      '  }',
      `  audit.write('${name}', { total, at: Date.now() });`,
      `  return ${at === 0 ? 'total' : `step${index}of${at - 1}(order, total)`};`,
      '}',
    );
  }
  const text = `${lines.join('\n')}\n`;
  return { path: `src/part${index}.ts`, text, hash: contentHash(text), functions };
}
