import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LEVEL_STARTS } from '@hindcast/core/assess/risk';
import { NO_POLICY, POLICY_VALUES, type Policy, type PolicyRule } from '@hindcast/server/change/policy';
import { ConditionError, parseCondition } from '@hindcast/server/change/policyCondition';
import { parse } from 'yaml';
import { UsageError } from './command.js';

const POLICY_FILE = '.hindcast.yml';
const MAX_CHARACTERS = 100_000;
const MAX_RULES = 100;
const MAX_TEXT = 200;

/** The policy of a repository: its `.hindcast.yml`, or none. @throws UsageError when that is there and makes no sense */
export async function readPolicy(root: string): Promise<Policy> {
  let text: string;
  try {
    text = await readFile(join(root, POLICY_FILE), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NO_POLICY;
    throw new UsageError(`${POLICY_FILE} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return parsePolicy(text);
}

/** @throws UsageError saying which part makes no sense, and what would */
function parsePolicy(text: string): Policy {
  if (text.length > MAX_CHARACTERS) throw wrong('is larger than 100 kB.');
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 20, logLevel: 'silent' });
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw wrong(`is no YAML: ${first}`);
  }
  if (value === null || value === undefined) return NO_POLICY;
  const { risk, policy } = fields(value, 'the file', ['risk', 'policy']);
  return { levels: levelsOf(risk), rules: rulesOf(policy) };
}

function levelsOf(value: unknown): Policy['levels'] {
  if (value === undefined) return LEVEL_STARTS;
  const { levels } = fields(value, 'risk', ['levels']);
  if (levels === undefined) return LEVEL_STARTS;
  const given = fields(levels, 'risk.levels', ['medium', 'high', 'critical']);
  const start = (name: 'medium' | 'high' | 'critical'): number => {
    const own = given[name] ?? LEVEL_STARTS[name];
    if (typeof own !== 'number' || !(own >= 0 && own <= 100)) throw wrong(`risk.levels.${name} must be from 0 to 100.`);
    return own;
  };
  const found = { medium: start('medium'), high: start('high'), critical: start('critical') };
  if (found.medium > found.high || found.high > found.critical) {
    throw wrong('risk.levels must rise: medium, high, critical.');
  }
  return found;
}

function rulesOf(value: unknown): readonly PolicyRule[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong('policy must be a list of rules, each with when and require.');
  if (value.length > MAX_RULES) throw wrong(`policy has more than ${MAX_RULES} rules.`);
  return value.map((each: unknown, index) => {
    const place = `policy[${index}]`;
    const { when, require } = fields(each, place, ['when', 'require']);
    if (typeof when !== 'string' || when.length > MAX_TEXT)
      throw wrong(`${place}.when must be a condition such as: risk > 60 and callsPerMinute > 1000`);
    if (typeof require !== 'string' || require === '' || require.length > MAX_TEXT)
      throw wrong(`${place}.require must say what is required, such as: owner`);
    try {
      return { when, require, condition: parseCondition(when, POLICY_VALUES) };
    } catch (error) {
      throw error instanceof ConditionError ? wrong(`${place}.when: ${error.message}`) : error;
    }
  });
}

/** The fields of an object, none but those that are known. */
function fields(value: unknown, place: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(`${place} must have ${known.join(', ')}.`);
  }
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined)
    throw wrong(`${place} has '${other.slice(0, 40)}', which is not known; there are ${known.join(', ')}.`);
  return { ...value };
}

function wrong(what: string): UsageError {
  return new UsageError(`${POLICY_FILE}: ${what}`);
}
