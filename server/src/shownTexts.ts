import { createHash } from 'node:crypto';
import type { OpenDocument } from './openDocument.js';
import { shownText } from './surfaces/overlay.js';
import type { OverlayContext } from './surfaces/overlayContext.js';
import { pushedText } from './surfaces/pushedSurfaces.js';

const MINUTE_MS = 60_000;

/** What documents show, as one word each, to tell whether it has changed. Made again only where something it is made of is another. */
export class ShownTexts {
  readonly #known = new WeakMap<OpenDocument, { readonly of: readonly unknown[]; readonly digest: string }>();

  /**
   * Empty for nothing.
   * @param detailsVersion another one when details have changed
   */
  of(context: OverlayContext | undefined, detailsVersion: number): string {
    if (!context) return '';
    const { document, nowMs, ...parts } = context;
    const of = [...Object.values(parts), detailsVersion, Math.floor(nowMs / MINUTE_MS)];
    const known = this.#known.get(document);
    if (known && of.length === known.of.length && of.every((value, index) => value === known.of[index])) {
      return known.digest;
    }
    const text = `${shownText(context)}\n${pushedText(context)}`;
    const digest = createHash('sha1').update(text).digest('base64');
    this.#known.set(document, { of, digest });
    return digest;
  }
}
