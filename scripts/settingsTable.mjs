// Writes the table of settings in client/README.md from what package.json declares; `--check` only says whether it is fresh.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const readme = join(root, 'client', 'README.md');
const BEGIN = '<!-- settings: written by scripts/settingsTable.mjs -->';
const END = '<!-- end of settings -->';

/** What stands for `%key%`, as the editor reads it. */
async function strings() {
  return JSON.parse(await readFile(join(root, 'package.nls.json'), 'utf8').catch(() => '{}'));
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function table(groups, texts) {
  const text = (value) => (/^%(.+)%$/.exec(value)?.[1] in texts ? texts[value.slice(1, -1)] : value);
  const rows = groups
    .flatMap(({ properties }) => Object.entries(properties))
    .map(([name, { default: value, markdownDescription }]) => {
      const shown = value === '' ? '' : `\`${String(value)}\``;
      // Links between settings work in the settings editor alone.
      return `| \`${name}\` | ${shown} | ${cell(text(markdownDescription)).replace(/`#(.+?)#`/g, '`$1`')} |`;
    });
  return ['| setting | default | |', '|---|---|---|', ...rows].join('\n');
}

const { contributes } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const before = await readFile(readme, 'utf8');
const [head, rest] = before.split(BEGIN);
const tail = rest?.split(END)[1];
if (tail === undefined) throw new Error(`client/README.md has no "${BEGIN}" with "${END}" after it.`);
const after = `${head}${BEGIN}\n\n${table(contributes.configuration, await strings())}\n\n${END}${tail}`;
if (process.argv.includes('--check')) {
  if (before !== after) {
    process.stderr.write(
      'client/README.md: the table of settings is not what package.json declares. Run: npm run gen\n',
    );
    process.exitCode = 1;
  }
} else if (before !== after) {
  await writeFile(readme, after);
}
