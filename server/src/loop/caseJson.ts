import { CASE_SCHEMA, type Case } from './caseFile.js';

/** Fields whose strings a running system or a commit named: data, never instruction. They are written as `{"untrusted": "…"}`. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set([
  ...['service', 'environment', 'version', 'revision', 'name', 'file', 'target', 'errorType', 'traceId', 'summary'],
  ...['author', 'subject', 'diff', 'functions'],
]);

/** A case as its file. What came from outside is exact, marked as such, and without characters that are not seen. */
export function caseJson(own: Case): string {
  const text = JSON.stringify(
    own,
    (key, value: unknown) => {
      if (!FROM_OUTSIDE.has(key)) return value;
      if (Array.isArray(value) && key === 'functions') return value.map((each: unknown) => ({ untrusted: each }));
      return typeof value === 'string' ? { untrusted: value } : value;
    },
    2,
  );
  return `${text.replace(UNSEEN, (character) => {
    return Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i))}`).join('');
  })}\n`;
}

/** @throws Error when the text is no case of a version that this program reads; the message says so */
export function readCaseJson(text: string): Case {
  const value: unknown = JSON.parse(text, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || !('untrusted' in each)) return each;
    return each.untrusted;
  });
  if (typeof value !== 'object' || value === null || !('schema' in value) || value.schema !== CASE_SCHEMA) {
    throw new Error(`it is no case of the form ${CASE_SCHEMA}.`);
  }
  const own = value as Case;
  if (!/^[0-9a-f]{16}$/.test(own.id) || typeof own.prediction !== 'object' || !Array.isArray(own.fixes)) {
    throw new Error('parts of the case are missing.');
  }
  return own;
}

function hex(code: number): string {
  return code.toString(16).padStart(4, '0');
}

/** What reorders or hides text. */
const UNSEEN = /[\p{Cf}\p{Co}\p{Cs}\u034f\u115f\u1160\u2028\u2029\u3164\uffa0]/gu;
