interface Parts {
  readonly class?: string;
  /** Shown exactly as it is: never read as markup. */
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly onClick?: () => void;
  readonly children?: readonly (Node | undefined)[];
}

/** A new element. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, parts: Parts = {}): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (parts.class !== undefined) made.className = parts.class;
  if (parts.text !== undefined) made.textContent = parts.text;
  for (const [name, value] of Object.entries(parts.attributes ?? {})) made.setAttribute(name, value);
  const { onClick } = parts;
  if (onClick) made.addEventListener('click', () => onClick());
  for (const child of parts.children ?? []) if (child) made.append(child);
  return made;
}

/** A button that says what it does. */
export function button(
  label: string,
  onClick: () => void,
  parts: Omit<Parts, 'text' | 'onClick'> = {},
): HTMLButtonElement {
  const made = element('button', { ...parts, text: label, onClick });
  made.type = 'button';
  return made;
}

/** A table whose first column names the rows. Cells are text, or elements such as buttons. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
): HTMLElement {
  const cell = (content: string | Node, index: number) => {
    const made = index === 0 ? element('th', { attributes: { scope: 'row' } }) : element('td');
    made.append(content);
    return made;
  };
  const scroller = element('div', {
    class: 'table',
    // What scrolls must be reachable with the keyboard.
    attributes: { tabindex: '0', role: 'region', 'aria-label': caption },
  });
  scroller.append(
    element('table', {
      children: [
        element('caption', { text: caption }),
        element('thead', {
          children: [
            element('tr', { children: head.map((text) => element('th', { text, attributes: { scope: 'col' } })) }),
          ],
        }),
        element('tbody', { children: rows.map((row) => element('tr', { children: row.map(cell) })) }),
      ],
    }),
  );
  return scroller;
}
