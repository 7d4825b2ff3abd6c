import type { ShowFunctionArgument } from '@hindcast/proto/lspMessages';
import { cardOf } from './overlay.js';
import { functionAround, type OverlayContext } from './overlayContext.js';

/** What is known of a function as Markdown to paste into an issue or a conversation: its card, with no links to this machine. */
export function functionMarkdown(context: OverlayContext, { line, column }: ShowFunctionArgument): string | undefined {
  const own = functionAround(context.facts, line, column);
  if (!own) return undefined;
  const card = cardOf(own, { ...context, commandLinks: false, links: undefined });
  return `${card}\n\n\`${context.document.path.split('/').slice(-3).join('/')}:${own.source.line}\`\n`;
}
