import { type Change, changed, recorded } from "../../request/change.ts";

/** The key is destroyed: what was personal cannot be read any more, and the package is gone. */
export const finalise = (change: Change): Change =>
  recorded(changed(change, { key: "destroyed", confidential: null }), "key-destroyed");
