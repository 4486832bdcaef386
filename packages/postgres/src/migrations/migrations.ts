import { tables } from "./0001-tables.ts";
import { sweeps } from "./0002-sweeps.ts";
import { holds } from "./0003-holds.ts";
import { auditChain } from "./0004-audit-chain.ts";
import { suppressions } from "./0005-suppressions.ts";
import { checkpoints } from "./0006-checkpoints.ts";
import { intake } from "./0007-intake.ts";
import { suppressionLookUp } from "./0008-suppression-look-up.ts";
import { about } from "./0009-about.ts";
import { standings } from "./0010-standings.ts";
import { stayed } from "./0011-stayed.ts";
import { suppressedPeople } from "./0012-suppressed-people.ts";
import { suppressedNumbers } from "./0013-suppressed-numbers.ts";
import type { Migration } from "./migration.ts";

/** In order: 1, 2, … */
export const migrations: readonly Migration[] = [
  tables,
  sweeps,
  holds,
  auditChain,
  suppressions,
  checkpoints,
  intake,
  suppressionLookUp,
  about,
  standings,
  stayed,
  suppressedPeople,
  suppressedNumbers,
];

/** The version that this code works with. */
export const knownVersion = migrations.length;
