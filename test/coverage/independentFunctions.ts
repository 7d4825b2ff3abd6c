import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * `line:column` (1-based, docs/naming.md) of every function with a body, by TypeScript's own parser: an oracle that shares nothing
 * with the sensor's parser (acorn) or the source index's (tree-sitter). In the order of the text.
 */
export function independentFunctions(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const places: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const { line, character } = file.getLineAndCharacterOfPosition(nameToken(node, file));
      places.push(`${line + 1}:${character + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return places;
}

/** Its name, else its first token; `export` and `default` are not the function's. */
function nameToken(node: ts.SignatureDeclaration, file: ts.SourceFile): number {
  if (node.name) return node.name.getStart(file);
  const own = new Set([ts.SyntaxKind.ConstructorKeyword, ts.SyntaxKind.FunctionKeyword, ts.SyntaxKind.AsyncKeyword]);
  const tokens = node.getChildren(file).flatMap((part) => (isList(part) ? part.getChildren(file) : [part]));
  return (tokens.find(({ kind }) => own.has(kind)) ?? node).getStart(file);
}

const isList = ({ kind }: ts.Node): boolean => kind === ts.SyntaxKind.SyntaxList;
