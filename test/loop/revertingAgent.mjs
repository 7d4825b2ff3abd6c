// An agent that a test can rely on: takes back the commit that the case suspects. `--idle` changes something else instead.
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';

const untrusted = (value) => value?.untrusted ?? value;
const { suspectedChange, finding } = JSON.parse(readFileSync(process.env.HINDCAST_CASE_JSON, 'utf8'));
const { mcpServers } = JSON.parse(readFileSync(process.env.HINDCAST_MCP_CONFIG, 'utf8'));
if (!mcpServers.hindcast.args.includes(process.cwd())) throw new Error('the MCP server is not about this folder');
if (process.env.GITHUB_TOKEN) throw new Error('the token of the forge is none of an agent’s business');
if (process.argv.includes('--idle')) appendFileSync(untrusted(finding.function.file), '\n// Looked at.\n');
else execFileSync('git', ['revert', '--no-edit', suspectedChange.commits[0].id], { stdio: 'inherit' });
