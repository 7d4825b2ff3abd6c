import type { PictureAnswer } from '@hindcast/proto/viewMessages';
import type { Picture, PictureRequest } from '@hindcast/proto/webviewMessages';
import type { CollectorClient, Scope } from '../collector/collectorClient.js';
import { criticalPathPicture } from './criticalPathPicture.js';
import { latencyPicture, timelinePicture } from './functionPictures.js';
import { functionsPicture, servicesPicture } from './graphPicture.js';
import { askCollector, noData, type ViewSource } from './viewSource.js';
import { windowText } from './windowText.js';

interface Drawn {
  readonly picture: Picture;
  /** What it really is about: some look further back. */
  readonly scope: Scope;
}

/** The data of a picture, or why there is none. */
export async function drawPicture(source: ViewSource, request: PictureRequest): Promise<PictureAnswer> {
  const asked = await askCollector(source, (collector, scope) => picture(collector, scope, request));
  if ('problem' in asked) return { problem: asked.problem, windowText: windowText(source.scope()) };
  const empty = noData(source);
  if (empty) return { problem: empty, windowText: windowText(asked.value.scope) };
  return { picture: asked.value.picture, windowText: windowText(asked.value.scope) };
}

async function picture(collector: CollectorClient, scope: Scope, request: PictureRequest): Promise<Drawn | undefined> {
  const plain = (made: Picture | undefined) => made && { picture: made, scope };
  switch (request.kind) {
    case 'services':
      return plain(await servicesPicture(collector, scope));
    case 'functions':
      return plain(await functionsPicture(collector, scope, request.service, request.root));
    case 'criticalPath':
      return plain(await criticalPathPicture(collector, scope, request.service, request.entryPoint));
    case 'latency':
      return latencyPicture(collector, scope, request.place);
    case 'timeline':
      return plain(await timelinePicture(collector, scope, request.place));
  }
}
