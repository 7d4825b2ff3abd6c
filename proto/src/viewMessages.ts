import type { FunctionPlace, Picture, PictureRequest } from './webviewMessages.js';

/** What the editor client asks the language server for its views and webviews. Plain data only. */

/** What kept an answer from being one. */
export type ViewFailure =
  /** No collector answers, or not yet. */
  | 'no-collector'
  /** The collector answers and no service has reported within the window. */
  | 'no-data'
  /** The collector is older than the question. */
  | 'unsupported'
  /** The collector refused, or the question makes no sense to it. */
  | 'refused';

export interface ViewProblem {
  readonly failure: ViewFailure;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
}

/** Functions by what they do. */
export const FUNCTION_LISTS = ['hot', 'failing', 'slow', 'regressed', 'neverRan'] as const;
export type FunctionList = (typeof FUNCTION_LISTS)[number];

/** Request, client → server. Params: `ListFunctionsParams`; result: `FunctionPage`. */
export const LIST_FUNCTIONS_REQUEST = 'hindcast/listFunctions';

export interface ListFunctionsParams {
  readonly list: FunctionList;
  /** Words that must all occur in service, path or name; empty for all. */
  readonly text: string;
  /** How many rows from the first on. */
  readonly count: number;
}

export interface FunctionPage {
  readonly problem?: ViewProblem;
  /** Best first. */
  readonly rows: readonly FunctionRow[];
  /** How many there are in all. */
  readonly total: number;
}

/** A function in a list. All strings are plain text, and may come from production. */
export interface FunctionRow {
  readonly place: FunctionPlace;
  /** `service` and version, `orders 2.0.1`. */
  readonly origin: string;
  /** The numbers of the list, shortest first: `60.2k/min · p99 12 ms`. */
  readonly figures: string;
  /** Everything that is known in a few lines: name of the fact, and the fact. */
  readonly facts: readonly (readonly [string, string])[];
  /** For findings: how sure it is. */
  readonly state: 'plain' | 'suspected' | 'confirmed';
}

/** Request, client → server. No params; result: `ServicePage`. */
export const LIST_SERVICES_REQUEST = 'hindcast/listServices';

export interface ServicePage {
  readonly problem?: ViewProblem;
  /** By name, then newest first. */
  readonly services: readonly ServiceRow[];
}

export interface ServiceRow {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** `2 instances · 118 of 161 functions ran`. */
  readonly figures: string;
  readonly facts: readonly (readonly [string, string])[];
  /** Most calls first. */
  readonly entryPoints: readonly EntryPointRow[];
  readonly dependencies: readonly { readonly label: string; readonly figures: string }[];
}

export interface EntryPointRow {
  /** `GET /orders/:id` */
  readonly name: string;
  readonly kind: string;
  readonly figures: string;
  /** Of the function that handles it; absent when not known. */
  readonly place?: FunctionPlace;
}

/** Request, client → server. No params; result: `VersionPage`. */
export const LIST_VERSIONS_REQUEST = 'hindcast/listVersions';

export interface VersionPage {
  readonly problem?: ViewProblem;
  /** By service and environment, then newest first. */
  readonly versions: readonly VersionRow[];
}

export interface VersionRow {
  readonly service: string;
  readonly environment: string;
  /** Empty when not reported. */
  readonly version: string;
  readonly state: 'current' | 'rolling' | 'ended';
  readonly figures: string;
  readonly facts: readonly (readonly [string, string])[];
}

/** Request, client → server: where a reported function is in the workspace. Params: `LocateParams`; result: `Located`. */
export const LOCATE_REQUEST = 'hindcast/locate';

export interface LocateParams {
  readonly place: FunctionPlace;
  /** Absolute paths of folders to look in beside the workspace's. */
  readonly folders: readonly string[];
}

/** `message` is one sentence: how sure the place is when it is not plain, or why there is none. */
export type Located =
  | {
      readonly found: true;
      readonly uri: string;
      /** 1-based, of the function's name. */
      readonly line: number;
      readonly column: number;
      /** Empty when it is the deployed function, unchanged. */
      readonly message: string;
    }
  | { readonly found: false; readonly message: string };

/** Request, client → server: the data of a picture. Params: `PictureParams`; result: `PictureAnswer`. */
export const PICTURE_REQUEST = 'hindcast/picture';

export interface PictureParams {
  readonly request: PictureRequest;
}

/** Exactly one of the two is there. */
export interface PictureAnswer {
  readonly picture?: Picture;
  readonly problem?: ViewProblem;
  /** The window that the numbers are about, as people read it: `the last hour`. */
  readonly windowText: string;
}
