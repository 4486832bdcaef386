import type { ColumnType } from "../catalog/catalog.ts";
import { personalByName } from "./personal-names.ts";

const network: Readonly<Record<string, string>> = {
  inet: "an IP address",
  cidr: "an IP address",
  macaddr: "a device or browser",
  macaddr8: "a device or browser",
};

/** The last part of a type's name, as its author wrote it: `"Shop"."Email Address"[]` is `Email Address`. */
const ownName = (printed: string): string => {
  const parts = printed.match(/"(?:[^"]|"")*"|[^".[\]()]+/g) ?? [];
  return (parts.at(-1) ?? "").replace(/^"|"$/g, "").replaceAll('""', '"');
};

/** What a type says that its values are: those of the network, and domains called after something personal. */
export const personalByType = ({ base, sql }: ColumnType): string | null => {
  const builtIn = network[base.replace(/^_/, "")];
  // Types of the server have names without a schema, and none of them is a person's.
  return builtIn ?? (sql.includes(".") ? personalByName(ownName(sql)) : null);
};
