import type { Column } from "../catalog/catalog.ts";
import { looksLikeCredential } from "../data-map/looks-like-credential.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { problemAt } from "./problem-at.ts";

/** `password_changed_at` and `has_password` are about a credential, and let nobody in. */
const canLetSomebodyIn = ({ type }: Column): boolean => !["B", "D", "T"].includes(type.category);

/** What looks like a credential, and is handed out with nobody having said why. */
export const credentialProblems = ({ tables }: ResolvedMap): readonly MapProblem[] =>
  tables.flatMap(({ table, columns }) =>
    columns
      .filter(
        ({ column, isExported, because }) =>
          isExported && because === null && canLetSomebodyIn(column) && looksLikeCredential(column.name),
      )
      .map(({ column }) =>
        problemAt(
          "credential-exported",
          table,
          column.name,
          'By its name this is a credential, and would be handed out. Make it "left-out", or say with `because` why ' +
            "it is handed out.",
        ),
      ),
  );
