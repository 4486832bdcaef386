/**
 * Subject Rights over several machines: requests are woken by pg-boss, on the PostgreSQL that the application has.
 *
 * @module
 */

export { type PgBossDispatcherOptions, pgBossDispatcher } from "./pg-boss-dispatcher.ts";
export { bossSettings } from "./queue.ts";
