import { describe, expect, it } from 'vitest';
import { pageHtml } from './pageHtml.js';

describe('the page of a picture', () => {
  const sources = { script: 'https://x/graph.js', style: 'https://x/style.css', cspSource: 'https://x' };
  const html = pageHtml('graph', sources, 'abc');

  it('lets run its own script and nothing else', () => {
    expect(html).toContain(`default-src 'none'; script-src 'nonce-abc'; style-src https://x`);
    expect(html).not.toMatch(/unsafe|style=| on[a-z]+=/);
    expect(html.match(/<script/g)).toHaveLength(1);
  });
});
