/** An esbuild plugin that counts the functions of own code in every output, at the places where they were written. */
export declare function hindcast(): { name: string; setup(build: object): void };
