/** What a sensor said; keys are `file:line:column name`. */
export interface Heard {
  declared: Map<string, string>;
  calls: Map<string, number>;
  notObserved: Map<string, string>;
  drops: number;
  requests: number;
}
export function startSensorSink(): Promise<{ endpoint: string; take(): Heard; close(): Promise<void> }>;
