interface Missing {
  readonly reason: string;
}

/** The folder with chdb in it, or why there is none. */
export function installChdb(): { readonly folder: string; readonly reason?: undefined } | Missing;

/** The root of the unpacked packages and where Java is, or why there are none. */
export function installDebianServer():
  { readonly root: string; readonly java: string; readonly reason?: undefined } | Missing;
