/**
 * The console over the invented company, to click through: `npm run console`. Ctrl-C stops it; the next start goes on
 * with everything as it was left. `npm run console fresh` begins anew.
 */
import { company } from "../company/company.ts";
import { placeOf } from "../story/place.ts";
import { startConsole } from "./start-console.ts";

/** Longer than this nobody waits after Ctrl-C. What was not closed by then is put right at the next start. */
const patience = 5_000;

if (process.argv.includes("fresh")) await (await placeOf("console")).startAfresh();
const place = await placeOf("console");
const port = Number(process.env["PORT"] ?? 4600);
const { origin, outbox } = await startConsole(place, { port, withRequests: true }).catch(
  (thrown: unknown) => {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EADDRINUSE")) throw thrown;
    console.error(`Port ${port} is taken. Another one: PORT=${port + 1} npm run console`);
    process.exit(1);
  },
);
console.log(`
  The console of ${company.name} is open:

    ${origin}/

  Sign in there as one of the company's people (no password: this is an example). The letters that are sent arrive at
    ${origin}/outbox  (as files: ${outbox})

  Ctrl-C stops it. The next start goes on; \`npm run console fresh\` begins anew.
`);

// From here on, and for good: who presses Ctrl-C again is already being served.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    console.log("Stopping. The next start goes on from here.");
    const gaveUp = setTimeout(() => process.exit(0), patience);
    void place.close().then(() => {
      clearTimeout(gaveUp);
      process.exit(0);
    });
  });
}
