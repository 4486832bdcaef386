import { sha256 } from "../crypto.ts";
import { InvalidInput } from "../errors.ts";
import { errAsync, type ResultAsync } from "../result.ts";

/**
 * One page of a list, whose cursors are bound to it. To a store, one of another list or one that was cut short is as good as
 * damaged, and its refusal would look like an outage.
 *
 * @param list what the list is one of: its name, the tenant, what it is limited to
 * @param read reads it, from where the store said
 *
 * Errors: those of reading; `InvalidInput` for a cursor that this list has not given out.
 */
export const pageOf = <Page extends { readonly cursor?: string | undefined }, Failure>(
  list: readonly [name: string, tenant: string, ...which: readonly unknown[]],
  given: string | undefined,
  read: (cursor: string | undefined) => ResultAsync<Page, Failure>,
): ResultAsync<Page, Failure | InvalidInput> => {
  const bound = (cursor: string) =>
    Buffer.from(`${sha256(JSON.stringify([list, cursor])).slice(0, 16)} ${cursor}`).toString("base64url");
  const [, cursor] = /^\S+ (.+)$/s.exec(Buffer.from(given ?? "", "base64url").toString()) ?? [];
  if (given !== undefined && (cursor === undefined || bound(cursor) !== given))
    return errAsync(
      new InvalidInput([
        { path: "cursor", message: "is not a cursor of this list: hand in that of the page before" },
      ]),
    );
  return read(cursor).map((page) =>
    page.cursor === undefined ? page : { ...page, cursor: bound(page.cursor) },
  );
};
