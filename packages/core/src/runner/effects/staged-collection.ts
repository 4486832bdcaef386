import { Damaged } from "../../errors.ts";
import type { SourceName, StagedCollection } from "../../export/contents.ts";
import { DamagedPart } from "../../export/damaged-part.ts";
import { confidentialOf, stepOf } from "../../request/change.ts";
import { columnsOf } from "../../request/request.ts";
import type { collectedBy, SourceStep } from "../../request/steps.ts";
import { readChunks } from "../artifacts.ts";
import { rowsArtifact } from "./artifact-names.ts";
import type { Effect } from "./effect.ts";

/** What was collected, to be read back. */
export const stagedCollection = (
  effect: Effect,
  step: Pick<SourceStep, "source">,
  { collection, rows, chunks, staged }: ReturnType<typeof collectedBy>[number],
): StagedCollection => {
  const source = sourceName(effect, step);
  return {
    source,
    collection,
    rows,
    columns: columnsOf(confidentialOf(effect.request), step.source, staged.generation)[staged.number] ?? [],
    async *read() {
      try {
        yield* readChunks(effect.services, effect.key, rowsArtifact(effect.request, step, staged), chunks);
      } catch (thrown) {
        throw thrown instanceof Damaged
          ? new DamagedPart({ source, collection }, "damaged", { cause: thrown })
          : thrown;
      }
    },
  };
};

export const sourceName = (
  { services, request }: Effect,
  { source }: Pick<SourceStep, "source">,
): SourceName => ({
  id: source,
  title: services.sources.titleOf(source, stepOf(request, source)?.title),
});
