import { createHash } from "node:crypto";
import { everybody, personalOf } from "../world/company.ts";
import { textsIn } from "../world/package.ts";
import type { Promised } from "./promise.ts";

export const nobodyElseInPackages: Promised = {
  name: "a package is what its letter says, for as long as it says, and holds nobody else",
  atTheEnd: ({ history, story }) =>
    history.handedOut.flatMap(({ requestId, sha256, zip, at, until }) => {
      if (at > until) return [`the package of ${requestId} was handed out when its time was over`];
      if (createHash("sha256").update(zip).digest("hex") !== sha256)
        return [`the package of ${requestId} is another one than its letter says`];
      const person = history.asked.get(requestId)?.person;
      const text = story.packages === "encrypted" ? "" : textsIn(zip);
      const own = person === undefined ? [] : personalOf(person);
      return everybody
        .flatMap(personalOf)
        .filter((each) => !own.includes(each) && text.includes(each))
        .map((each) => `the package of ${requestId} holds ${each}`);
    }),
};
