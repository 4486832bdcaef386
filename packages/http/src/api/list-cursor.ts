import { type Actor, InvalidInput, sha256 } from "@subject-rights/core";

/**
 * Binds a cursor to the list that it came from: to a store, one of another list is as good as damaged, and that would be
 * answered as a failure of ours.
 */
export interface ListCursor {
  /** @throws InvalidInput for a cursor of another list */
  unwrap(query: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** Gives a page's cursor the name of its list. */
  wrap(page: unknown): unknown;
}

export const listCursorOf = (
  list: string,
  actor: Pick<Actor, "tenant"> | null,
  query: Readonly<Record<string, string>>,
): ListCursor => {
  const { cursor: _, limit: __, ...which } = query;
  const name = sha256(JSON.stringify([list, actor?.tenant, Object.entries(which).sort()])).slice(0, 8);
  return {
    unwrap(given) {
      const { cursor, ...rest } = given;
      if (cursor === undefined) return given;
      const [of, ...inner] = Buffer.from(cursor, "base64url").toString().split(" ");
      if (of !== name) {
        throw new InvalidInput([{ path: "cursor", message: "is not a cursor of this list" }]);
      }
      return { ...rest, cursor: inner.join(" ") };
    },

    wrap(page) {
      if (typeof page !== "object" || page === null || !("cursor" in page)) return page;
      const { cursor } = page;
      return typeof cursor === "string"
        ? { ...page, cursor: Buffer.from(`${name} ${cursor}`).toString("base64url") }
        : page;
    },
  };
};
