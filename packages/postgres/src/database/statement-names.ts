import { createHash } from "node:crypto";

/** A connection keeps each statement for good, with its plan: no more of them than this. */
const most = 200;

/**
 * Names the statements that the connections of one client are to keep: the same for the same text and for no other, since
 * a client may be lent to several libraries. Undefined for what is one too many, and is sent as it is.
 */
export const statementNames = (): ((text: string) => string | undefined) => {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= most) return known;
    const made = `subject_rights_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
    names.set(text, made);
    return made;
  };
};
