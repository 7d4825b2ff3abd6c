import { createInterface } from 'node:readline/promises';
import type { Terminal } from '../command.js';

/** Asks a person whether to go on; where there is none, nobody agrees. */
export async function agreed({ columns }: Terminal): Promise<boolean> {
  if (columns === undefined || !process.stdin.isTTY) return false;
  const asked = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(?:es)?$/i.test((await asked.question('Do this? [y/N] ')).trim());
  } finally {
    asked.close();
  }
}
