import { type KeyDestroyed, StorageFailed } from "../errors.ts";
import { type Actor, actorAsIdentifier, type RecordedActor, unknownActorId } from "../request/actor.ts";
import { errAsync, okAsync, type ResultAsync } from "../result.ts";
import { pseudonymsOf } from "./keys.ts";
import type { Services } from "./services.ts";

/** Half of a SHA-256: enough that no two actors meet, and still read out and compared by people. */
const shownLength = 32;

/** The one way in which an actor gets into a record, an audit or evidence. */
export const recordedAs = (
  services: Pick<Services, "tenantKeys">,
  actor: Pick<Actor, "id" | "tenant">,
): ResultAsync<RecordedActor, StorageFailed | KeyDestroyed> =>
  pseudonymsOf(services, actor.tenant, [actorAsIdentifier(actor)]).map(
    ([pseudonym = ""]): RecordedActor => `actor-${pseudonym.slice(0, shownLength)}`,
  );

/**
 * The same for what ends something: that stays possible where the tenant's key is lost, and is the way to a new one.
 * Nobody can say then who it was.
 */
export const recordedWithoutKey = (
  services: Pick<Services, "tenantKeys">,
  actor: Pick<Actor, "id" | "tenant">,
): ResultAsync<RecordedActor, StorageFailed> =>
  recordedAs(services, actor).orElse((error) =>
    error instanceof StorageFailed ? errAsync(error) : okAsync<RecordedActor, StorageFailed>(unknownActorId),
  );
