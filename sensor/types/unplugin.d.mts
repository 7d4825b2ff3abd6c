/** A plugin whose hooks the tool finds by their names. */
type NamedPlugin = { name: string; enforce?: 'post' };
type Applied = { apply(compiler: object): void };

/** Plugins that count the functions of own code in every output, at the places where they were written: one for each build tool. */
export declare const hindcast: {
  vite(): NamedPlugin;
  rollup(): { name: string };
  rolldown(): { name: string };
  webpack(): Applied;
  rspack(): Applied;
  esbuild(): { name: string; setup(build: object): void };
};
