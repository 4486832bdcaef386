/**
 * A transaction of a request store on the database of pg-boss, taken by its shape: that of `postgresStorage` has it.
 */
export interface JoinedStore {
  /** What the store was given. */
  readonly client: unknown;
  /** Sends a statement inside the transaction. */
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

export const isOn = (client: object, handle: unknown): handle is JoinedStore =>
  typeof handle === "object" &&
  handle !== null &&
  "client" in handle &&
  handle.client === client &&
  "executeSql" in handle &&
  typeof handle.executeSql === "function";
