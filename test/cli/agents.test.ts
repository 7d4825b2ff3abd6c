import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from './program.js';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'hindcast-agents-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const add = (...more: string[]) => runProgram(['agents', 'add', '--root', root, ...more]);
const read = (path: string) => readFileSync(join(root, path), 'utf8');

test('writes instructions, the server and skills, and the second time changes nothing', async () => {
  expect((await add()).code).toBe(0);
  expect(read('AGENTS.md')).toContain('get_runtime_context');
  expect(JSON.parse(read('.mcp.json'))).toEqual({ mcpServers: { hindcast: { command: 'hindcast', args: ['mcp'] } } });
  expect(read('.agents/skills/hindcast-is-this-dead-code/SKILL.md')).toMatch(
    /^---\nname: hindcast-is-this-dead-code\ndescription: "/,
  );
  const again = await add();
  expect(again.out.split('\n').filter((line) => line !== '' && !line.startsWith('unchanged'))).toEqual([]);
});

test('keeps what others have written', async () => {
  writeFileSync(join(root, 'AGENTS.md'), '# Ours\n\nBe kind.\n');
  writeFileSync(join(root, '.mcp.json'), '{"mcpServers":{"other":{"command":"x"}},"more":1}');
  expect((await add()).code).toBe(0);
  expect(read('AGENTS.md')).toMatch(/^# Ours\n\nBe kind\.\n\n<!-- hindcast:begin/);
  expect(JSON.parse(read('.mcp.json'))).toMatchObject({
    more: 1,
    mcpServers: { other: { command: 'x' }, hindcast: {} },
  });
});

test('a configuration that it cannot read is left as it is, and said', async () => {
  mkdirSync(join(root, '.cursor'));
  writeFileSync(join(root, '.cursor/mcp.json'), '{ // comments\n}');
  const { code, error } = await add('--for', 'cursor');
  expect(code).toBe(1);
  expect(error).toMatch(/\.cursor\/mcp\.json is no plain JSON .* add the entry "hindcast" by hand/);
  expect(read('.cursor/mcp.json')).toBe('{ // comments\n}');
  expect(existsSync(join(root, '.cursor/rules/hindcast.mdc'))).toBe(true);
});

test('a dry run writes nothing', async () => {
  expect((await add('--dry-run', '--for', 'claude')).out).toContain('new       .claude/settings.json');
  expect(existsSync(join(root, '.claude'))).toBe(false);
});

test('--for somebody unknown', async () => {
  const { code, error } = await add('--for', 'nobody');
  expect(code).toBe(2);
  expect(error).toContain('--for takes all, claude, copilot, cursor');
});
