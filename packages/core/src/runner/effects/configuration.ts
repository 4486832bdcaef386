import type { DataSource } from "../../bridge/define-data-source.ts";
import { canonicalJson } from "../../canonical-json.ts";
import { sha256 } from "../../crypto.ts";

/** A hash of what a source is and can do: another one when its author changes it. */
export const configurationOf = ({ descriptor, needs, revision }: DataSource): string => {
  const { id, title, holds, kind, copyOf, abilities } = descriptor;
  return sha256(
    canonicalJson({ id, title, holds, kind, copyOf, abilities: { ...abilities }, needs, revision }),
  );
};
