// The ESLint rule behind scripts/layers.mjs. It looks at every form in which a module is named: import, export from, import(),
// require, require.resolve, import types and `import x = require()`.
import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { editorFolders, layers, mayImport, mayUsePackages, onlyModules, pureFolders } from './layers.mjs';

const root = resolve(import.meta.dirname, '..');
const builtins = new Set(builtinModules);
const scope = '@hindcast/';

/** What is wrong with a file of the repository importing this, as a sentence; undefined when it may. */
export function forbiddenImport(filename, specifier) {
  const from = folderOf(filename);
  if (!layers.includes(from)) return undefined;
  if (specifier === 'vscode') return editorFolders.includes(from) ? undefined : 'Only client/ sees vscode.';
  if (specifier.startsWith('.') || specifier.startsWith('/')) return forbiddenPath(from, filename, specifier);
  if (specifier.startsWith(scope)) return forbiddenFolder(from, ...splitOnce(specifier.slice(scope.length)));
  return /\.test\.ts$/.test(filename) ? undefined : forbiddenPackage(from, specifier);
}

function forbiddenPath(from, filename, specifier) {
  const to = folderOf(resolve(dirname(filename), specifier));
  return to === from ? undefined : `Import ${to}/ by its package name, if ${from}/ may import it at all.`;
}

function forbiddenFolder(from, to, module) {
  if (to === from) return undefined;
  if (!mayImport[from].includes(to)) {
    return `${from}/ may import ${mayImport[from].join(', ') || 'nothing of ours'} (docs/architecture.md).`;
  }
  const only = onlyModules[from]?.[to];
  if (!only || only.includes(module.replace(/\.(js|ts)$/, ''))) return undefined;
  return `${from}/ may import only ${only.join(', ')} of ${to}/.`;
}

function forbiddenPackage(from, specifier) {
  const isBuiltin = specifier.startsWith('node:') || builtins.has(specifier);
  if (isBuiltin) return pureFolders.includes(from) ? `${from}/ is pure: no Node modules.` : undefined;
  const allowed = mayUsePackages[from];
  if (!allowed || allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined;
  return `${from}/ may use ${allowed.join(', ') || 'no packages'} (scripts/layers.mjs).`;
}

function folderOf(path) {
  const inside = relative(root, path);
  return inside.startsWith('..') ? 'outside' : inside.split(sep)[0];
}

function splitOnce(text) {
  const slash = text.indexOf('/');
  return slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
}

export const layersRule = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{reason}}' } },
  create(context) {
    const check = (node) => {
      const specifier = literalText(node);
      const reason = specifier === undefined ? undefined : forbiddenImport(context.filename, specifier);
      if (reason) context.report({ node, messageId: 'forbidden', data: { reason } });
    };
    const checkSource = (node) => check(node.source);
    return {
      ImportDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      ImportExpression: checkSource,
      TSImportType: checkSource,
      TSExternalModuleReference: (node) => check(node.expression),
      CallExpression: (node) => {
        if (isRequire(node.callee)) check(node.arguments[0]);
      },
    };
  },
};

function isRequire(callee) {
  if (callee.type === 'MemberExpression') return callee.property.name === 'resolve' && isRequire(callee.object);
  return callee.type === 'Identifier' && callee.name === 'require';
}

function literalText(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TSLiteralType') return literalText(node.literal);
  return node?.type === 'TemplateLiteral' && node.quasis.length === 1 ? node.quasis[0].value.cooked : undefined;
}
