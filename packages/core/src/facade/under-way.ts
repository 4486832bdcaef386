import { categoriesReached } from "../request/kinds.ts";
import { heldUnder } from "../request/request.ts";
import { hasTaskOut } from "../request/tasks.ts";
import { isGoneFromOrigins } from "../runner/copy-guard.ts";
import { readableRequests } from "../runner/every-request.ts";
import type { Services } from "../runner/services.ts";
import { sweepsThatKeep } from "../sweeps/gone-people.ts";

/** What may be erasing somebody at this moment. */
export interface UnderWay {
  readonly requests: readonly string[];
  readonly sweeps: readonly string[];
}

/**
 * Requests of which a source is at work on the person, an owner was asked to erase them by hand, or a copy is being filled anew
 * that would lose them; and sweeps.
 * What cannot be read is not worked on either.
 *
 * @throws StorageFailed
 */
export const whatIsErasing = async (
  services: Services,
  tenant: string,
  pseudonyms: readonly string[],
): Promise<UnderWay> => {
  const sweeps = await sweepsThatKeep(services, tenant, pseudonyms);
  const swept = sweeps.flatMap(({ category }) => categoriesReached("erasure", category));
  const copies = services.sources.of(tenant).map(({ descriptor }) => descriptor);
  const theirs = new Set(
    copies.filter(({ holds }) => holds.some((each) => swept.includes(each))).map(({ id }) => id),
  );
  const erasing: string[] = [];
  const filling: { readonly id: string; readonly copies: readonly string[] }[] = [];
  for await (const request of readableRequests(services, tenant, true)) {
    const running = request.steps.filter(({ status, task }) => status === "running" && task !== "export");
    if (!heldUnder(request).some((each) => pseudonyms.includes(each))) {
      const filled = running.filter(({ task }) => task === "refresh").map(({ source }) => source);
      if (filled.length > 0) filling.push({ id: request.id, copies: filled });
      continue;
    }
    if (running.length > 0 || hasTaskOut(request)) erasing.push(request.id);
    for (const { id } of copies) if (isGoneFromOrigins(request, id)) theirs.add(id);
  }
  const losing = filling.filter((each) => each.copies.some((copy) => theirs.has(copy)));
  return {
    requests: [...erasing, ...losing.map(({ id }) => id)],
    sweeps: sweeps.filter(({ mayRun }) => mayRun).map(({ id }) => id),
  };
};
