import { type KnownUser, users } from "../people.ts";
import { berlinTime } from "./berlin-time.ts";
import type { Chance } from "./chance.ts";
import { applicationStarted, momentOf, present } from "./period.ts";
import { browsers, networks } from "./vocabulary.ts";

const eventCount = 5_000;
const logLineCount = 3_000;
const auditCount = 200;

const pages = ["/segments", "/profiles", "/measures", "/data-sources", "/permissions"];

/** The application's users with their permissions, as JSON lines. */
export function* usersJson(chance: Chance): Generator<string> {
  for (const { id, name, email, roles } of users) {
    const user = {
      user: id,
      name,
      email,
      roles,
      administrator: roles.includes("admin"),
      invited_at: berlinTime(chance.between(applicationStarted, applicationStarted + 86_400_000)),
      last_sign_in: berlinTime(chance.between(present - 864_000_000, present)),
      password_hash: `scrypt$${Array.from({ length: 40 }, () => chance.between(0, 15).toString(16)).join("")}`,
    };
    yield `${JSON.stringify(user)}\n`;
  }
}

export function* preferencesJson(chance: Chance): Generator<string> {
  for (const { id } of users) {
    const preferences = {
      user: id,
      language: chance.pick(["de", "en", "da"]),
      start_page: chance.pick(pages),
      columns: ["name", "email", chance.pick(["town", "spent", "last_order"])],
      weekly_summary: chance.percent(50),
    };
    yield `${JSON.stringify(preferences)}\n`;
  }
}

/** What the application recorded of how it is used. */
export function* telemetryJson(chance: Chance): Generator<string> {
  for (let index = 0; index < eventCount; index += 1) {
    const event = {
      at: berlinTime(momentOf(applicationStarted, index, eventCount)),
      user: chance.pick(users).id,
      event: chance.pick(["page-opened", "search", "segment-saved", "export-started", "filter-changed"]),
      page: chance.pick(pages),
      milliseconds: chance.between(12, 4_000),
      browser: chance.pick(browsers),
    };
    yield `${JSON.stringify(event)}\n`;
  }
}

/** System logs, by month such as `2026-10`. A line names a user by id, or by the address that was typed in. */
export const logs = (chance: Chance): ReadonlyMap<string, readonly string[]> => {
  const months = new Map<string, string[]>();
  for (let index = 0; index < logLineCount; index += 1) {
    const at = new Date(momentOf(applicationStarted, index, logLineCount)).toISOString();
    const lines = months.get(at.slice(0, 7)) ?? [];
    lines.push(`${at} ${logEntry(chance, chance.pick(users))}\n`);
    months.set(at.slice(0, 7), lines);
  }
  return months;
};

const logEntry = (chance: Chance, user: KnownUser): string => {
  const address = `${chance.pick(networks)}${chance.between(1, 254)}`;
  if (chance.percent(15)) return `INFO refresh source=profiles rows=${chance.between(2_200, 2_500)}`;
  if (chance.percent(5)) return `WARN sign-in-failed email=${user.email} address=${address}`;
  return `INFO page-served user=${user.id} address=${address} page=${chance.pick(pages)} status=200`;
};

/** The audit log: what was changed, by an opaque id. It holds nothing personal, and nobody ever touches it. */
export function* auditJson(chance: Chance): Generator<string> {
  for (let index = 0; index < auditCount; index += 1) {
    const entry = {
      at: berlinTime(momentOf(applicationStarted, index, auditCount)),
      actor: chance.pick(users).id,
      action: chance.pick(["segment.created", "segment.deleted", "measure.changed", "source.refreshed"]),
      object: `obj-${chance.between(1, 60)}`,
    };
    yield `${JSON.stringify(entry)}\n`;
  }
}
