import { newId } from "../../crypto.ts";
import type { ArtifactKey } from "../../ports/artifact-store.ts";
import type { Randomness } from "../../ports/randomness.ts";
import type { Request } from "../../request/request.ts";
import type { SourceStep, Staged } from "../../request/steps.ts";

/** The staged rows of one collection. Numbered, because a collection's name may be anything. */
export const rowsArtifact = (
  { tenant, id }: Pick<Request, "tenant" | "id">,
  { source }: Pick<SourceStep, "source">,
  { generation, number }: Staged,
): ArtifactKey => ({ tenant, requestId: id, name: `rows/${source}/${generation}/${number}` });

export const packageArtifact = (
  { tenant, id }: Pick<Request, "tenant" | "id">,
  name: string,
): ArtifactKey => ({ tenant, requestId: id, name });

/** Of two processes that make the same edition at once, each writes to a place of its own. */
export const packageName = (edition: number, randomness: Randomness): string =>
  `package/${edition}/${newId(randomness)}`;
