import { tables } from "./0001-tables.ts";
import { sweeps } from "./0002-sweeps.ts";
import { holds } from "./0003-holds.ts";
import { auditChain } from "./0004-audit-chain.ts";
import { suppressions } from "./0005-suppressions.ts";
import { suppressionLookUp } from "./0009-suppression-look-up.ts";
import type { Migration } from "./migration.ts";

/** In the order of their numbers. */
export const migrations: readonly Migration[] = [
  tables,
  sweeps,
  holds,
  auditChain,
  suppressions,
  suppressionLookUp,
];

/** The version that this code works with. */
export const knownVersion = Math.max(...migrations.map(({ number }) => number));
