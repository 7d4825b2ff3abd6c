import type { BuildOptions } from 'esbuild';

/** What `sensor/dist` is made of: esbuild options, without those of the machine. */
export const sensorBundles: BuildOptions[];
