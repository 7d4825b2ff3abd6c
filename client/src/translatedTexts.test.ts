import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const folder = new URL('.', import.meta.url).pathname;
const files = globSync('**/*.ts', { cwd: folder })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(`${folder}${file}`, 'utf8') }))
  // What is wording alone has no editor: it is data of its tests.
  .filter(({ text }) => /from 'vscode'/.test(text))
  .map(({ file, text }) => ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));

/** Calls whose first argument a person reads. */
const SAYS = /\.(?:show(?:Information|Warning|Error)Message|setStatusBarMessage)$/;
/** Properties that a person reads, of what is handed to the editor. */
const READ = new Set(['title', 'placeHolder', 'placeholder', 'prompt', 'validateInput']);
/** The product's name is the same everywhere. */
const NAMES = new Set(['Hindcast']);

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  node.forEachChild((child) => visit(child, see));
}

/** Words that are written where a person reads them, without a way to translate them. */
function untranslated(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const check = (node: ts.Node | undefined) => {
    if (!node || ts.isCallExpression(node)) return;
    if ((ts.isStringLiteral(node) || ts.isTemplateExpression(node)) && !NAMES.has(node.getText().slice(1, -1))) {
      const words = ts.isStringLiteral(node) ? node.text : node.getText().replaceAll(/\$\{[^}]*\}/g, '');
      if (/\p{L}{2}/u.test(words)) found.push(`${source.fileName}: ${node.getText()}`);
    } else if (ts.isConditionalExpression(node)) {
      check(node.whenTrue);
      check(node.whenFalse);
    }
  };
  visit(source, (node) => {
    if (ts.isCallExpression(node) && SAYS.test(node.expression.getText())) check(node.arguments[0]);
    if (ts.isPropertyAssignment(node) && READ.has(node.name.getText())) check(node.initializer);
  });
  return found;
}

/** What is handed to `l10n.t`. */
function translated(source: ts.SourceFile): string[] {
  const found: string[] = [];
  visit(source, (node) => {
    if (!ts.isCallExpression(node) || node.expression.getText() !== 'l10n.t') return;
    const [text] = node.arguments;
    if (!text || !ts.isStringLiteral(text)) throw new Error(`${source.fileName}: l10n.t takes one plain string.`);
    found.push(text.text);
  });
  return found;
}

describe('texts of the client', () => {
  it('can be translated wherever a person reads them', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(untranslated)).toEqual([]);
  });

  // Run with --update after a text was changed.
  it('are in the bundle that translators get', async () => {
    const texts = [...new Set(files.flatMap(translated))].sort();
    const bundle = `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), null, 2)}\n`;
    await expect(bundle).toMatchFileSnapshot('../../l10n/bundle.l10n.json');
  });
});
