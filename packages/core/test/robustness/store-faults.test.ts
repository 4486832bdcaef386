import { StorageFailed, type SubjectRights } from "@subject-rights/core";
import type { Gate } from "@subject-rights/simulation";
import { seededRandomness, unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { expectAuditWithoutGaps, expectNothingPersonal, expectOneMessagePerNotice } from "./ending.ts";
import { isOver, launch, newWorld, pass, peopleDo, requestIn, type World } from "./world.ts";

const storage = /^(request-store|artifact-store|source-status-store|key-ring)\./;

const outage = () => new Error("the database has gone away");

/** Storage that fails now and then: before it did anything, or after, so that only the answer is lost. */
const unreliable = (seed: number, isOn: () => boolean): Gate => {
  const random = seededRandomness(seed);
  return async (name, effect) => {
    const luck = isOn() && storage.test(name) ? (random.bytes(1)[0] ?? 255) : 255;
    if (luck < 4) throw outage();
    const answer = await effect();
    if (luck < 8) throw outage();
    return answer;
  };
};

const isThorough = inject("isThorough");

const mostRounds = 400;

const toItsEnd = async (world: World, rights: SubjectRights): Promise<void> => {
  for (let round = 0; round < mostRounds && !isOver(world); round += 1) {
    await peopleDo(world, rights);
    await pass(world);
  }
};

const expectEnded = async (world: World): Promise<void> => {
  // Somebody says of an identifier that it is somebody else's, so that what is found by it is not looked for.
  expect((await requestIn(world))?.outcome).toBe("completed-with-exceptions");
  expect(isOver(world)).toBe(true);
  expectAuditWithoutGaps(world);
  expectOneMessagePerNotice(world);
  expectNothingPersonal(world);
  for (const error of world.errors) expect(error).toBeInstanceOf(StorageFailed);
};

describe("a storage that fails", () => {
  it("now and then, or only loses answers, loses nothing", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom("erasure", "export"), async (seed, kind) => {
        const world = newWorld(kind);
        const rights = launch(
          world,
          unreliable(seed, () => true),
          { lookEvery: 60_000 },
        );
        while ((await rights.start()).isErr());
        await toItsEnd(world, rights);
        await rights.stop();
        await expectEnded(world);
      }),
      { numRuns: isThorough ? 20 : 2, seed: 20261123 },
    );
  });

  it("for an hour holds everything up, is told of, and is made up for", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 6 }), fc.constantFrom("erasure", "export"), async (rounds, kind) => {
        const world = newWorld(kind);
        let isDown = false;
        const gate: Gate = async (name, effect) => {
          if (isDown && storage.test(name)) throw outage();
          return effect();
        };
        const rights = launch(world, gate, { lookEvery: 60_000 });
        unwrap(await rights.start());
        for (let round = 0; round < rounds; round += 1) {
          await peopleDo(world, rights);
          await pass(world);
        }
        isDown = true;
        for (let minute = 0; minute < 60; minute += 1) {
          expect(
            (
              await rights.requests.list({ actor: { id: "x", tenant: "northwind", roles: ["admin"] } })
            ).isErr(),
          ).toBe(true);
          await world.clock.advance(60_000);
        }
        expect(world.errors.length).toBeGreaterThan(0);
        isDown = false;
        await toItsEnd(world, rights);
        await rights.stop();
        await expectEnded(world);
      }),
      { numRuns: isThorough ? 4 : 1, seed: 20261123 },
    );
  });
});
