import { type ArtifactStoreDefinition, defineArtifactStore } from "@subject-rights/core";
import { memoryArtifactStore } from "@subject-rights/memory";
import { type ArtifactStoreFixture, artifactStoreCases, type StorageHarness } from "@subject-rights/testing";
import { couldNotAsk, describeSuite } from "./broken/describe-suite.ts";
import { plainArtifactStore } from "./broken/plain-storage.ts";
import { type Fault, world } from "./broken/storage/world.ts";

type ArtifactFault = Fault<ArtifactStoreDefinition>;

const artifactStore = (fault: ArtifactFault | null): StorageHarness<ArtifactStoreFixture> => {
  const makeBreakable = async () => {
    const { tables, leftovers, up, ...doors } = world();
    const plain = plainArtifactStore(memoryArtifactStore(tables.chunks));
    const good = {
      write: up(plain.write),
      read: up(plain.read),
      remove: up(plain.remove),
      sweep: up(plain.sweep),
    };
    return { store: defineArtifactStore({ ...good, ...fault?.({ good, tables, leftovers }) }), ...doors };
  };
  return { make: makeBreakable, makeBreakable };
};

describeSuite<ArtifactFault>("artifact store", (fault) => artifactStoreCases(artifactStore(fault)), [
  {
    fault: "an empty chunk counts as none",
    how: ({ good }) => ({
      async read(key) {
        const bytes = await good.read(key);
        return bytes?.length === 0 ? undefined : bytes;
      },
    }),
    caughtBy: ["write: a chunk is read back byte for byte, from the empty to the largest"],
  },
  {
    fault: "chunks are cut at 64 KiB",
    how: ({ good }) => ({ write: (chunk) => good.write({ ...chunk, bytes: chunk.bytes.slice(0, 65_536) }) }),
    caughtBy: ["write: a chunk is read back byte for byte, from the empty to the largest"],
  },
  {
    fault: "replaced chunks stay beside",
    how: ({ good, leftovers }) => ({
      async write(chunk) {
        const before = await good.read(chunk);
        if (before !== undefined) leftovers.push(before);
        return good.write(chunk);
      },
    }),
    caughtBy: ["write: the same index again replaces the chunk, and leaves nothing behind of it"],
  },
  {
    fault: "the first expiry stays",
    how: ({ good }) => {
      const first = new Map<string, string>();
      return {
        write(chunk) {
          const key = JSON.stringify([chunk.tenant, chunk.requestId, chunk.name, chunk.index]);
          const expiresAt = first.get(key) ?? chunk.expiresAt;
          first.set(key, expiresAt);
          return good.write({ ...chunk, expiresAt });
        },
      };
    },
    caughtBy: ["write: the same index again replaces the chunk, and leaves nothing behind of it"],
  },
  ...(["tenant", "requestId"] as const).map((part) => ({
    fault: `the ${part} is no part of the key`,
    how: (({ good }) => ({
      write: (chunk) => good.write({ ...chunk, [part]: "any" }),
      read: (key) => good.read({ ...key, [part]: "any" }),
      remove: (key) => good.remove({ ...key, [part]: "any" }),
    })) satisfies ArtifactFault,
    caughtBy: [
      "write and read: chunks, artifacts, requests and tenants are apart",
      "remove: every artifact of the request goes, and nobody else's",
      ...(part === "tenant"
        ? ["sweep: deletes what expired at or before the moment, of every tenant, and counts it"]
        : []),
    ],
  })),
  {
    fault: "parts of the key run into each other",
    how: ({ good }) => {
      const joined = <Key extends { readonly name: string; readonly index: number }>(key: Key): Key => ({
        ...key,
        name: key.name + key.index,
        index: 0,
      });
      return { write: (chunk) => good.write(joined(chunk)), read: (key) => good.read(joined(key)) };
    },
    caughtBy: ["write and read: chunks, artifacts, requests and tenants are apart"],
  },
  {
    fault: "what is handed in is what is stored",
    how: ({ good, tables }) => ({
      async write(chunk) {
        await good.write(chunk);
        const [key = ""] = [...tables.chunks.keys()].slice(-1);
        tables.chunks.set(key, chunk);
      },
    }),
    caughtBy: ["write and read: nobody shares bytes with the store"],
  },
  {
    fault: "remove forgets all but the package itself",
    how: ({ good, tables }) => ({
      async remove(key) {
        const others = [...tables.chunks].filter(([, { name }]) => !name.startsWith("package"));
        await good.remove(key);
        for (const [other, chunk] of others) tables.chunks.set(other, chunk);
      },
    }),
    caughtBy: ["remove: every artifact of the request goes, and nobody else's"],
  },
  {
    fault: "removing nothing is an error",
    how: ({ good, tables }) => ({
      async remove(key) {
        if (tables.chunks.size === 0) throw new Error("404 Not Found");
        return good.remove(key);
      },
    }),
    caughtBy: ["remove: a request without artifacts is fine, twice as well"],
  },
  {
    fault: "what expires at the moment stays",
    how: ({ good }) => ({
      sweep: ({ until }) => good.sweep({ until: new Date(Date.parse(until) - 1).toISOString() }),
    }),
    caughtBy: ["sweep: deletes what expired at or before the moment, of every tenant, and counts it"],
  },
  {
    fault: "what was swept is hidden, and kept",
    how: ({ good, tables, leftovers }) => ({
      async sweep(query) {
        leftovers.push(...[...tables.chunks.values()].map(({ bytes }) => bytes));
        return good.sweep(query);
      },
    }),
    caughtBy: ["sweep: deletes what expired at or before the moment, of every tenant, and counts it"],
  },
  ...Object.entries({
    write: ({ good }) => ({ write: (chunk) => good.write(chunk).catch(() => undefined) }),
    read: ({ good }) => ({ read: (key) => good.read(key).catch(() => undefined) }),
    remove: ({ good }) => ({ remove: (key) => good.remove(key).catch(() => undefined) }),
    sweep: ({ good }) => ({ sweep: (query) => good.sweep(query).catch(() => 0) }),
  } satisfies Readonly<Record<string, ArtifactFault>>).map(([operation, how]) => ({
    fault: `${operation} answers while the storage is gone`,
    how,
    caughtBy: [couldNotAsk(operation)],
  })),
]);
