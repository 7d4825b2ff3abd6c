/** What a person notices of a run. */
export interface ProgramRun {
  exit: number | string;
  stdout: string;
  stderr: string;
}
export const caseFolder: string;
export function listPrograms(): { file: string; minNode: number; isObserved: boolean }[];
export function runProgram(options: {
  node: string;
  file: string;
  endpoint?: string | undefined;
  sensor?: string;
}): Promise<ProgramRun>;
