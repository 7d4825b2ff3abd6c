import {
  FUNCTION_LISTS,
  LIST_FUNCTIONS_REQUEST,
  LIST_SERVICES_REQUEST,
  LIST_VERSIONS_REQUEST,
  LOCATE_REQUEST,
  PICTURE_REQUEST,
} from '@hindcast/proto/viewMessages';
import { fields, list, number, text, word } from '@hindcast/proto/shape';
import { functionPlaceShape, pictureRequestShape } from '@hindcast/proto/webviewMessages';
import { ErrorCodes, ResponseError, type Connection } from 'vscode-languageserver';
import { listFunctions } from './functionLists.js';
import { locate } from './locate.js';
import { drawPicture } from './pictures.js';
import { listServices, listVersions } from './serviceLists.js';
import type { ViewSource } from './viewSource.js';

const listFunctionsShape = fields({ list: word(...FUNCTION_LISTS), text, count: number });
const locateShape = fields({ place: functionPlaceShape, folders: list(text, 100) });
const pictureShape = fields({ request: pictureRequestShape });

/** Answers what views and pictures ask. Unlike hints these may wait for the collector: a person asked for them. */
export function registerViewRequests(connection: Connection, source: ViewSource): void {
  connection.onRequest(LIST_FUNCTIONS_REQUEST, (params: unknown) =>
    listFunctionsShape.is(params) ? listFunctions(source, params, Date.now()) : misunderstood(LIST_FUNCTIONS_REQUEST),
  );
  connection.onRequest(LIST_SERVICES_REQUEST, () => listServices(source, Date.now()));
  connection.onRequest(LIST_VERSIONS_REQUEST, () => listVersions(source, Date.now()));
  connection.onRequest(LOCATE_REQUEST, (params: unknown) =>
    locateShape.is(params) ? locate(source, params) : misunderstood(LOCATE_REQUEST),
  );
  connection.onRequest(PICTURE_REQUEST, (params: unknown) =>
    pictureShape.is(params) ? drawPicture(source, params.request) : misunderstood(PICTURE_REQUEST),
  );
}

function misunderstood(method: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, `The parameters of ${method} are not what it takes.`);
}
