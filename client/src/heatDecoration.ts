import { Disposable, OverviewRulerLane, Range, ThemeColor, Uri, window } from 'vscode';
import type { DecorationOptions, TextEditorDecorationType } from 'vscode';
import { HEAT_LEVELS, type HeatParams } from '@hindcast/proto/lspMessages';
import type { HindcastClient } from './hindcastClient.js';
import { heatIcon } from './heatIcon.js';

/** Shows how hot functions are, in the gutter and the overview ruler. The server says it only where the setting asks for it. */
export function createHeatDecoration(client: HindcastClient): Disposable {
  const types = Array.from({ length: HEAT_LEVELS }, (_, index) => decorationType(index + 1));
  const known = new Map<string, HeatParams>();
  const show = () => {
    for (const editor of window.visibleTextEditors) {
      const heat = known.get(editor.document.uri.toString());
      for (const [index, type] of types.entries()) editor.setDecorations(type, optionsOf(heat, index + 1));
    }
  };
  const subscriptions = [
    client.onDidChangeHeat((heat) => {
      const uri = Uri.parse(heat.uri).toString();
      if (heat.functions.length === 0) known.delete(uri);
      else known.set(uri, heat);
      show();
    }),
    window.onDidChangeVisibleTextEditors(show),
  ];
  return new Disposable(() => {
    for (const subscription of [...subscriptions, ...types]) subscription.dispose();
  });
}

function optionsOf(heat: HeatParams | undefined, level: number): DecorationOptions[] {
  return (heat?.functions ?? [])
    .filter((own) => own.level === level)
    .map(({ line, text }) => ({ range: new Range(line - 1, 0, line - 1, 0), hoverMessage: text }));
}

/** Levels differ in height as well as in colour, so that neither eyes nor themes need to tell colours apart. */
function decorationType(level: number): TextEditorDecorationType {
  const icon = (colour: string) => Uri.parse(`data:image/svg+xml;utf8,${encodeURIComponent(heatIcon(level, colour))}`);
  return window.createTextEditorDecorationType({
    overviewRulerColor: new ThemeColor(`hindcast.heat${level}`),
    overviewRulerLane: OverviewRulerLane.Left,
    gutterIconSize: 'contain',
    light: { gutterIconPath: icon('#b03a00') },
    dark: { gutterIconPath: icon('#ff9d5c') },
  });
}
