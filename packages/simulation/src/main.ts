import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";
import { readStory } from "./story/read-story.ts";
import { type Story, storyOf } from "./story/story.ts";
import { told } from "./story/told.ts";

const usage = `Plays stories over the library, and says which promises they break.

  pnpm simulate --seeds N --from SEED   plays N stories, from that of SEED on (default: 1,000 from 1)
  pnpm simulate --story FILE            plays one story again, from its JSON`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};

const number = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  return fail(`--${name} has to be a whole number from 1 up.\n\n${usage}`);
};

const given = () => {
  try {
    return parseArgs({
      options: {
        seeds: { type: "string", default: "1000" },
        from: { type: "string", default: "1" },
        story: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (thrown) {
    return fail(`${(thrown as Error).message}\n\n${usage}`);
  }
};

/** From where it was called: pnpm runs it at the root. */
const storyIn = (file: string): Story => {
  try {
    return readStory(resolve(process.env["INIT_CWD"] ?? "", file));
  } catch (thrown) {
    return fail((thrown as Error).message);
  }
};

const again = async (story: Story): Promise<void> => {
  say(told(story));
  const { broken } = await simulate(story);
  for (const { promise, how } of broken) say(`- ${promise}: ${how}`);
  if (broken.length === 0) say("It breaks nothing.");
  else process.exitCode = 1;
};

const many = async (from: number, seeds: number): Promise<void> => {
  let [requests, failures] = [0, 0];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const ran = await simulate(storyOf(seed));
    requests += ran.requests;
    if (ran.broken.length === 0) continue;
    failures += 1;
    const { story, broken } = (await shrink(seed)) ?? { story: storyOf(seed), broken: ran.broken };
    say(`Seed ${seed}:\n${told(story)}`);
    for (const { promise, how } of broken.slice(0, 3)) say(`- ${promise}: ${how}`);
    say(`As a file for --story: ${JSON.stringify(story)}\n`);
  }
  say(`${seeds} seeds, ${requests} requests, ${failures} failures`);
  if (failures > 0) process.exitCode = 1;
};

const values = given();
if (values.help) say(usage);
else if (values.story === undefined) await many(number("from", values.from), number("seeds", values.seeds));
else await again(storyIn(values.story));
