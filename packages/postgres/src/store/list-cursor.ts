import { z } from "zod";

/** Which list a cursor belongs to, and the last request that was handed out. */
export interface Place {
  readonly tenant: string;
  readonly which:
    | "all"
    | "open"
    | "closed"
    | "sweeps"
    | "holds"
    | "open-holds"
    | "lifted-holds"
    | "waiting-mails";
  readonly receivedAt: string;
  readonly id: string;
}

const placeSchema = z.tuple([
  z.string(),
  z.enum(["all", "open", "closed", "sweeps", "holds", "open-holds", "lifted-holds", "waiting-mails"]),
  z.iso.datetime({ precision: 3 }),
  z.string(),
]);

export const cursorOf = ({ tenant, which, receivedAt, id }: Place): string =>
  Buffer.from(JSON.stringify([tenant, which, receivedAt, id])).toString("base64url");

/** @throws where it is not from a page of this list: an empty page would say that there is nothing more */
export const placeOf = (cursor: string, list: Pick<Place, "tenant" | "which">): Place => {
  const [tenant, which, receivedAt, id] = placeSchema.parse(
    JSON.parse(Buffer.from(cursor, "base64url").toString()),
  );
  if (tenant !== list.tenant || which !== list.which) {
    throw new TypeError("The cursor is from another list.");
  }
  return { tenant, which, receivedAt, id };
};
