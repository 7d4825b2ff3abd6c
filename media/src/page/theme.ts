/** Colours of the editor's theme, for canvases; what is drawn with CSS uses the variables themselves. */
export interface Palette {
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly surface: string;
  readonly focus: string;
  readonly error: string;
  readonly warning: string;
  /** One after the other for services; none is the one of errors. */
  readonly series: readonly string[];
  readonly fontFamily: string;
  readonly isHighContrast: boolean;
}

const SERIES = ['blue', 'orange', 'purple', 'green', 'yellow'];

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string, otherwise: string) => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const foreground = colour('editor-foreground', '#ccc');
  const background = colour('editor-background', '#1e1e1e');
  const isHighContrast = /vscode-high-contrast/.test(document.body.className);
  const muted = isHighContrast ? foreground : colour('descriptionForeground', foreground);
  return {
    foreground,
    muted,
    background,
    surface: colour('editorWidget-background', background),
    focus: colour('focusBorder', '#08f'),
    error: colour('charts-red', '#f44'),
    warning: colour('charts-yellow', '#fc4'),
    series: SERIES.map((name) => colour(`charts-${name}`, foreground)),
    fontFamily: colour('font-family', 'sans-serif'),
    isHighContrast,
  };
}

/** Calls back when the editor's theme changes, until the returned function is called. */
export function onThemeChange(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  return () => observer.disconnect();
}

/** Whether pictures should not move by themselves. */
export function prefersReducedMotion(): boolean {
  return (
    document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}
