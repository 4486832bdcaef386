/**
 * Subject Rights over several machines: requests are woken by pg-boss, on the PostgreSQL that the application has.
 *
 * {@include ../README.md}
 *
 * @module @subject-rights/pg-boss
 */

export { type PgBossDispatcherOptions, pgBossDispatcher } from "./pg-boss-dispatcher.ts";
export { bossSettings } from "./queue.ts";
