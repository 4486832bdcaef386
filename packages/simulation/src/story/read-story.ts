import { readFileSync } from "node:fs";
import { z } from "zod";
import { furtherSources, people, type Story } from "./story.ts";

const natural = z.int().min(0);
const [which, effects] = [natural, natural];
const person = natural.max(people - 1);
const source = natural.max(furtherSources.length);
const process = natural.max(2);

const happening = z.discriminatedUnion("what", [
  z.strictObject({
    what: z.literal("ask"),
    kind: z.enum(["erasure", "export"]),
    person,
    address: z.union([z.literal(0), z.literal(1)]),
  }),
  z.strictObject({
    what: z.enum([
      ...["confirm", "answer-wrongly", "retry", "settle", "cancel", "decline", "suspend"],
      ...["resume", "extend", "put-first", "reissue", "resend", "fetch"],
    ] as const),
    which,
  }),
  z.strictObject({ what: z.enum(["oblige", "replay", "mail-down", "mail-forgets", "mail-up"]) }),
  z.strictObject({ what: z.enum(["hold", "lift", "sweep"]), person }),
  z.strictObject({ what: z.literal("refill"), source, person }),
  z.strictObject({ what: z.enum(["source-down", "source-up"]), source }),
  z.strictObject({ what: z.enum(["add", "remove"]), source, process }),
  z.strictObject({ what: z.literal("die"), process, effects }),
  z.strictObject({ what: z.literal("jump"), by: z.int() }),
]);

const schema: z.ZodType<Story> = z.strictObject({
  sources: z
    .array(z.enum(["accounts", ...furtherSources]))
    .refine((names) => names.includes("accounts"), { error: "the accounts have to be among them" }),
  isShared: z.boolean(),
  isKept: z.boolean(),
  isApproved: z.boolean(),
  packages: z.enum(["attached", "linked", "encrypted"]),
  processes: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  moods: z.array(z.enum(["well", "throws", "never", "hangs", "slow", "late", "half", "lies", "rubbish"])),
  events: z.array(z.strictObject({ after: natural, happens: happening })).min(1),
});

const jsonIn = (file: string): unknown => {
  const text = readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("it is no JSON", { cause });
  }
};

/** @throws Error that says in a sentence why there is no story in the file */
export const readStory = (file: string): Story => {
  try {
    return schema.parse(jsonIn(file));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    const why = issue === undefined ? (cause as Error).message : `${issue.path.join(".")}: ${issue.message}`;
    throw new Error(`There is no story in ${file}: ${why.replace(/^: /, "")}.`, { cause });
  }
};
