import { type Category, orThrow } from "@subject-rights/core";
import { screenOn } from "../screen/screen.ts";
import { acknowledgeByMail } from "./acknowledge.ts";
import { tenantAdmin } from "./actors.ts";
import { followRequest } from "./follow.ts";
import { openCompany } from "./open-company.ts";
import { showDeliveredPackage } from "./show-package.ts";

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
export const exportFor = async ({
  example,
  heading,
  category,
  email,
  request,
}: ExportStory): Promise<void> => {
  const screen = screenOn(process.stdout);
  const company = await openCompany(example);
  const { rights } = company;
  try {
    screen.heading(heading);
    screen.say(request);
    const submitted = await rights.requests.submit({ actor: tenantAdmin, kind: "export", category, email });
    const requestId = orThrow(submitted).request.id;
    screen.fact("request", requestId);
    await acknowledgeByMail(company, screen);
    const outcome = await followRequest(company, tenantAdmin, requestId);
    screen.fact("outcome", outcome ?? "open");
    await showDeliveredPackage(company, screen);
  } finally {
    await company.close();
  }
};
