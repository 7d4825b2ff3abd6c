import type { FunctionFacts } from '../collector/facts.js';
import type { SourceFunction } from '../source/sourceFunction.js';
import { matchFunctions } from './matchFunctions.js';

/**
 * Deployed functions as the deployed text itself names and delimits them. Compiled code reports no body hashes and sometimes
 * other names; where the text that was deployed is known, its own are better: they tell moved from edited later on.
 * @param text the functions of exactly the text that was deployed
 */
export function withKnownBodies(deployed: readonly FunctionFacts[], text: readonly SourceFunction[]): FunctionFacts[] {
  const { matched, gone } = matchFunctions(text, deployed, true);
  return [
    ...matched.map(({ source, facts }) => {
      const { name, line, column, endLine, bodyHash } = source;
      return { ...facts, id: { name, line, column, endLine, bodyHash } };
    }),
    ...gone,
  ];
}
