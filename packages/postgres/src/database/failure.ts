/** The SQLSTATE of what a driver threw; undefined where it is none. */
export const sqlState = (thrown: unknown): string | undefined => {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  const { code } = thrown;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** unique_violation: somebody else stored the same key first. */
export const uniqueViolation = "23505";

/**
 * serialization_failure and deadlock_detected: the server undid the whole transaction, and it goes through when it
 * is tried again.
 */
const undone: readonly string[] = ["40001", "40P01"];

export const isUndone = (thrown: unknown): boolean => {
  const state = sqlState(thrown);
  return state !== undefined && undone.includes(state);
};

/** lock_not_available: it would have had to wait for somebody for longer than it may. */
export const isLockedOut = (thrown: unknown): boolean => sqlState(thrown) === "55P03";

/**
 * invalid_sql_statement_name, duplicate_prepared_statement: a prepared statement is not there, or another one is; and
 * feature_not_supported ("cached plan must not change result type"): its tables were changed meanwhile.
 */
const lost: readonly string[] = ["26000", "42P05", "0A000"];

export const isPreparationLost = (thrown: unknown): boolean => lost.includes(sqlState(thrown) ?? "");

/**
 * With connection_exception (class 08) and operator_intervention (57P01 to 57P05: a shutdown, an ended session) the
 * server hangs up.
 */
export const isFarewell = (thrown: unknown): boolean => /^(?:08|57P)/.test(sqlState(thrown) ?? "");

/**
 * Data, constraints, functions and triggers, and what these may not do or have not found: the server was reached, and does
 * not do what it was asked to.
 */
export const isRefusal = (thrown: unknown): boolean =>
  /^(?:09|21|22|23|27|2F|38|39|40002|42|44|P0)/.test(sqlState(thrown) ?? "");
