import type { ArtifactKey } from "../../ports/artifact-store.ts";
import type { Request } from "../../request/request.ts";
import type { SourceStep } from "../../request/steps.ts";

/** The staged rows of one collection. Numbered, because a collection's name may be anything. */
export const rowsArtifact = (
  { tenant, id }: Pick<Request, "tenant" | "id">,
  { source, generation }: Pick<SourceStep, "source" | "generation">,
  collection: number,
): ArtifactKey => ({ tenant, requestId: id, name: `rows/${source}/${generation}/${collection}` });

export const packageArtifact = (
  { tenant, id }: Pick<Request, "tenant" | "id">,
  edition: number,
): ArtifactKey => ({
  tenant,
  requestId: id,
  name: `package/${edition}`,
});
