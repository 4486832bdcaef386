import { NotPossibleNow } from "../errors.ts";
import { mayGoOn } from "../request/guard.ts";
import { isLeftTo } from "../request/left-packages.ts";
import type { EarlierPackage, Request } from "../request/request.ts";
import { orThrow } from "../result.ts";
import { readChunks } from "./artifacts.ts";
import { packageArtifact } from "./effects/artifact-names.ts";
import { fromFound } from "./record.ts";
import type { Services } from "./services.ts";

/** The bytes of a package. @throws StorageFailed; Damaged where they are not what was written */
export const openPackage = (
  services: Pick<Services, "artifactStore">,
  request: Request,
  held: EarlierPackage,
  key: Uint8Array,
): AsyncIterable<Uint8Array> =>
  readChunks(services, key, packageArtifact(request, held.artifact), held.chunks);

/**
 * The same for somebody who fetches it: whether it may still be handed out is read right before the first byte, however
 * long that is after it was asked for.
 *
 * @throws also NotPossibleNow
 */
export async function* handingOut(
  services: Pick<Services, "artifactStore" | "requestStore">,
  request: Request,
  held: EarlierPackage,
  key: Uint8Array,
  byLink: boolean,
  /** Takes note of one that has not begun, and does not. */
  stopped: () => Promise<unknown>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isBegun = false;
  try {
    const now = orThrow(await services.requestStore.read(request).andThen(fromFound));
    if (!mayGoOn(now, "hand-over") || !isLeftTo(now.package ?? {}, byLink))
      throw new NotPossibleNow("The package is not handed out any more.");
    for await (const chunk of openPackage(services, request, held, key)) {
      isBegun = true;
      yield chunk;
    }
  } finally {
    if (!isBegun) await stopped();
  }
}
