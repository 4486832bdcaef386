import type { Actor } from "@subject-rights/core";
import { company } from "../company/company.ts";
import { type KnownUser, ole, petra } from "../company/people.ts";

const actor = ({ id, roles }: KnownUser): Actor => ({ id, roles, tenant: company.tenant });

/** An administrator: may erase. */
export const admin = actor(ole);

/** The tenant administrator: may export as well. */
export const tenantAdmin = actor(petra);
