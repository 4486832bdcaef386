import type { ExportPackage, Request } from "../request/request.ts";
import { readChunks } from "./artifacts.ts";
import { packageArtifact } from "./effects/artifact-names.ts";
import type { Services } from "./services.ts";

/** The bytes of a package. @throws StorageFailed; Damaged where they are not what was written */
export const openPackage = (
  services: Pick<Services, "artifactStore">,
  request: Request,
  held: ExportPackage,
  key: Uint8Array,
): AsyncIterable<Uint8Array> =>
  readChunks(services, key, packageArtifact(request, held.artifact), held.chunks);
