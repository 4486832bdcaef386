import { type Category, orThrow } from "@subject-rights/core";
import { acknowledgeByMail } from "./acknowledge.ts";
import { tenantAdmin } from "./actors.ts";
import { followRequest } from "./follow.ts";
import { openCompany } from "./open-company.ts";
import { showDeliveredPackage } from "./show-package.ts";
import { takeUp } from "./take-up.ts";
import { tellStory } from "./tell.ts";

/** What the three documented exports have in common: they differ in whose data, and which. */
export interface ExportStory {
  readonly example: string;
  readonly heading: string;
  readonly category: Category;
  readonly email: string;
  /** Who asks for what, as a sentence. */
  readonly request: string;
}

/** Asks for an export, has it acknowledged by mail, follows it, and shows the package that comes by mail. */
export const exportFor = ({ example, heading, category, email, request }: ExportStory): Promise<void> =>
  tellStory(
    example,
    (place) => openCompany(place),
    async (company, screen) => {
      screen.heading(heading);
      screen.say(request);
      const requestId = await takeUp(company, screen, "export", async () => {
        const submission = { actor: tenantAdmin, kind: "export", category, email } as const;
        return orThrow(await company.rights.requests.submit(submission)).request.id;
      });
      orThrow(await company.rights.start());
      await acknowledgeByMail(company, screen, requestId);
      const outcome = await followRequest(company, tenantAdmin, requestId);
      screen.fact("outcome", outcome ?? "open");
      await showDeliveredPackage(company, screen);
    },
  );
