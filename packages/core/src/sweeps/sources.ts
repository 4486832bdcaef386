import type { DataSource } from "../bridge/define-data-source.ts";
import { InvalidInput } from "../errors.ts";
import { type Category, categoriesReached, endsUsers, isAboutUsers } from "../request/kinds.ts";
import { isOpening } from "../request/sources.ts";
import { err, ok, type Result } from "../result.ts";
import { NotSweepable } from "./errors.ts";

/** Which source does what in a sweep. */
export interface SweepSources {
  readonly origins: readonly DataSource[];
  /** Refreshed after all people, once. */
  readonly refreshed: readonly DataSource[];
  /** Copies that cannot be refreshed, and are erased in after the origins. */
  readonly erasedAfter: readonly DataSource[];
  /** Those that are asked what else a person is known by. */
  readonly identifying: readonly DataSource[];
  /** The list of users, where it is to have forgotten them: asked when everything else is done. Null where it has no say. */
  readonly directory: DataSource | null;
}

/**
 * Errors: `InvalidInput` where no source holds data of the category; `NotSweepable` where somebody would have to
 * erase by hand.
 */
export const sweepSources = (
  sources: Iterable<DataSource>,
  category: Category,
): Result<SweepSources, InvalidInput | NotSweepable> => {
  const all = [...sources];
  const categories = categoriesReached("erasure", category);
  const directory = all.find(({ descriptor }) => descriptor.directory === true) ?? null;
  const reached = all.filter(({ descriptor }) => descriptor.holds.some((each) => categories.includes(each)));
  if (!reached.some(({ descriptor }) => isOpening(descriptor, categories))) {
    const message = "no registered data source holds data of this category";
    return err(new InvalidInput([{ path: "category", message }]));
  }
  // As for a request: who can be refreshed is, and who cannot is erased in.
  const byHand = reached.filter(({ refresh, erase }) => refresh === null && erase === null);
  if (byHand.length > 0) return err(new NotSweepable(byHand.map(({ descriptor }) => descriptor.id)));
  const origins = reached.filter(({ descriptor }) => descriptor.kind === "origin");
  const copies = reached.filter(({ descriptor }) => descriptor.kind === "copy");
  return ok({
    origins,
    refreshed: copies.filter(({ refresh }) => refresh !== null),
    erasedAfter: copies.filter(({ refresh }) => refresh === null),
    identifying: all.filter(
      (each) => each.identify !== null && (each !== directory || isAboutUsers(categories)),
    ),
    directory: endsUsers(categories) ? directory : null,
  });
};
