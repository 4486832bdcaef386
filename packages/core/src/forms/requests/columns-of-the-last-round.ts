import type { JsonObject } from "../../ports/request-store.ts";
import { columnsKey } from "../../request/request.ts";
import type { SourceStep } from "../../request/steps.ts";
import type { FormStep } from "../forms.ts";

/** Columns stood under their source before rounds were told apart: they are of the last one. */
export const columnsOfTheLastRound =
  (steps: readonly Pick<SourceStep, "source" | "generation">[]): FormStep =>
  ({ columns, ...confidential }) => {
    const kept = { ...(columns as JsonObject) };
    for (const { source, generation } of steps) {
      const { [source]: ofSource } = kept;
      if (ofSource === undefined) continue;
      delete kept[source];
      kept[columnsKey(source, generation)] ??= ofSource;
    }
    return { ...confidential, columns: kept };
  };
