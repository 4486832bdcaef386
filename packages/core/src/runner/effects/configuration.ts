import type { DataSource } from "../../bridge/define-data-source.ts";
import { canonicalJson } from "../../canonical-json.ts";
import { sha256 } from "../../crypto.ts";

/**
 * A hash of what a source is and can do: another one when its author changes it.
 *
 * @param title what it was called when the request came to it: what is to be done stays the same under another title
 */
export const configurationOf = ({ descriptor, needs, revision }: DataSource, title: string): string => {
  const { id, holds, kind, copyOf, abilities } = descriptor;
  return sha256(
    canonicalJson({ id, title, holds, kind, copyOf, abilities: { ...abilities }, needs, revision }),
  );
};
