/** What a run of a program left: `exit` is its code, a signal's name, or `timeout`. */
export interface AppRun {
  exit: number | string;
  stdout: string;
  stderr: string;
  seconds: number;
}
export const sensorEntry: string;
export function runApp(options: {
  node: string;
  folder: string;
  argv: string[];
  endpoint?: string | undefined;
  sensor?: string;
  timeoutS?: number;
  env?: Record<string, string>;
}): Promise<AppRun>;
