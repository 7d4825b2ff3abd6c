// What the extension contributes for agents, from the table of tools and the playbooks of server/: writes languageModelTools and
// chatSkills into package.json; `--check` only says whether they are fresh. build.mjs writes the skills themselves into dist/.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Shown where nothing else shows the same to the same model; where an organisation turned MCP off, these stand in. */
const EXPOSE = 'config.hindcast.agents.expose';
const TOOLS_WHEN = ['tools', 'both'].map((value) => `${EXPOSE} == ${value}`);
const TOOLS_INSTEAD = `${EXPOSE} == mcp && config.chat.mcp.access == none`;

/** The tools and playbooks as the server has them. */
async function fromServer() {
  const folder = await mkdtemp(join(root, 'node_modules', '.hindcast-agents-'));
  try {
    const outfile = join(folder, 'agents.mjs');
    await build({
      stdin: {
        contents: `export { agentTools } from './server/src/agents/toolTable.ts';
                   export { playbooks, skillFile } from './server/src/agents/playbooks.ts';`,
        resolveDir: root,
      },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      alias: Object.fromEntries(['core', 'proto'].map((name) => [`@hindcast/${name}`, join(root, name, 'src')])),
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `get_runtime_context` → `hindcastGetRuntimeContext`: what a person writes behind `#`. */
function referenceName(name) {
  return `hindcast${name.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase())}`;
}

function languageModelTool({ name, title, description, inputSchema }) {
  return {
    name: `hindcast_${name}`,
    toolReferenceName: referenceName(name),
    displayName: title,
    userDescription: `${title}. Reads, and changes nothing.`,
    modelDescription: description,
    canBeReferencedInPrompt: true,
    icon: '$(pulse)',
    tags: ['production', 'read-only'],
    when: [...TOOLS_WHEN, TOOLS_INSTEAD].join(' || '),
    inputSchema,
  };
}

function skillPath({ name }) {
  return `dist/skills/hindcast-${name}/SKILL.md`;
}

/** Writes the playbooks as skills into dist/skills. */
export async function writeSkills() {
  const { playbooks, skillFile } = await fromServer();
  await rm(join(root, 'dist', 'skills'), { recursive: true, force: true });
  for (const playbook of playbooks) {
    const path = join(root, skillPath(playbook));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, skillFile(playbook));
  }
}

async function main() {
  const path = join(root, 'package.json');
  const before = await readFile(path, 'utf8');
  const manifest = JSON.parse(before);
  const { agentTools, playbooks } = await fromServer();
  manifest.contributes.languageModelTools = agentTools.map(languageModelTool);
  manifest.contributes.chatSkills = playbooks.map((playbook) => ({
    path: `./${skillPath(playbook)}`,
    when: `${EXPOSE} != none`,
  }));
  if (JSON.stringify(JSON.parse(before)) === JSON.stringify(manifest)) return;
  if (process.argv.includes('--check')) {
    process.stderr.write('package.json: what it contributes for agents is not what server/ has. Run: npm run gen\n');
    process.exitCode = 1;
    return;
  }
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
