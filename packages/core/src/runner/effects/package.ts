import { newToken, newTypedSecret, sha256 } from "../../crypto.ts";
import type { KeptPart, PackageContents, StagedCollection } from "../../export/contents.ts";
import { writePackage } from "../../export/write-package.ts";
import { instant, later } from "../../instant.ts";
import { namesOf } from "../../request/change.ts";
import type { RequestEvent } from "../../request/events.ts";
import type { Request } from "../../request/request.ts";
import { givenBy, isAllGiven, isToCome, outcomesAt, type SourceStep } from "../../request/steps.ts";
import { partsOf } from "../../workflows/export.ts";
import { writeStream } from "../artifacts.ts";
import { packageArtifact, packageName } from "./artifact-names.ts";
import { type Effect, emailOf } from "./effect.ts";
import { sourceName, stagedCollection } from "./staged-collection.ts";

/** Makes the export package out of what was collected. @throws StorageFailed, Damaged */
export const makePackage = async (effect: Effect): Promise<RequestEvent> => {
  const { services, request, key } = effect;
  const edition = (request.package?.edition ?? 0) + 1;
  const artifact = packageArtifact(request, packageName(edition, services.randomness));
  const contents = contentsOf(effect);
  const lacking = lackingIn(request);
  const secret = services.packageEncryption === null ? null : newTypedSecret(services.randomness);
  const encryption = secret === null ? null : { secret, randomness: services.randomness };
  const written = writePackage(contents, encryption);
  const expiresAt = later(instant(services.clock.now()), services.rules.packageValidFor);
  const chunks = await writeStream(services, key, artifact, written, expiresAt);
  const { files, bytes, sha256: hash } = written.summary();
  const isAttached = bytes <= services.notifier.attachmentLimit;
  const token = isAttached || services.links.download === undefined ? null : newToken(services.randomness);
  return {
    type: "package-built",
    parts: partsOf(request),
    package: {
      edition,
      artifact: artifact.name,
      chunks,
      bytes,
      files,
      sha256: hash,
      missing: lacking.map(({ source }) => source),
      toCome: lacking.filter(isToCome).map(({ source }) => source),
      settled: lacking.filter(({ settlement }) => settlement !== null).map(({ source }) => source),
      tokenHash: token === null ? null : sha256(token),
      ...(secret === null ? {} : { encrypted: true as const }),
    },
    token,
    secret,
  };
};

const contentsOf = (effect: Effect): PackageContents => {
  const { services, request } = effect;
  const exported = request.steps.filter(({ task }) => task === "export");
  const lacking = lackingIn(request);
  return {
    facts: {
      requestId: request.id,
      category: request.category,
      controller: services.controller,
      subject: emailOf(request) ?? "",
      createdAt: instant(services.clock.now()),
    },
    collections: exported.flatMap((step) => stagedCollections(effect, step)),
    missing: lacking.map((step) => ({
      source: sourceName(effect, step),
      problem: step.problem?.code ?? "unavailable",
      settled: step.settlement?.reason ?? null,
      isPartly: givenBy(step) !== null,
    })),
    nothingFound: exported
      .filter(
        (step) =>
          !lacking.includes(step) &&
          step.collected.every(({ rows }) => rows === 0) &&
          outcomesAt(step).length === 0,
      )
      .map((step) => sourceName(effect, step)),
    kept: keptParts(effect),
    leftOut: request.steps
      .filter(({ task }) => task === "leave")
      .map((step) => ({ source: sourceName(effect, step) })),
  };
};

/** The sources whose part is missing, or may be more than what was collected. */
const lackingIn = (request: Request): SourceStep[] =>
  request.steps.filter((step) => step.task === "export" && !isAllGiven(step, namesOf(request)));

/** What earlier requests left, and what is not handed out because it may be somebody else's, a source. */
export const keptParts = (effect: Effect): KeptPart[] =>
  effect.request.steps.flatMap((step) => {
    const outcomes = outcomesAt(step);
    return outcomes.length === 0 ? [] : [{ source: sourceName(effect, step), outcomes }];
  });

const stagedCollections = (effect: Effect, step: SourceStep): StagedCollection[] =>
  (givenBy(step) ?? []).map((collected) => stagedCollection(effect, step, collected));
