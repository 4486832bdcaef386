import { generateKeyPairSync } from "node:crypto";
import {
  createSubjectRights,
  defineDataSource,
  defineNotifier,
  type Evidence,
  ed25519Signer,
  orThrow,
} from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";

export interface KeyPair {
  readonly secret: string;
  readonly open: string;
}

export const newKeys = (): KeyPair => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    secret: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    open: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
};

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };

/**
 * The evidence of an erasure that the library has carried out, after a second person approved its plan.
 *
 * @param told how many of one record its source says that it has erased
 */
export const realEvidence = async (secret?: string, told = 1): Promise<Evidence> => {
  let isHeld = true;
  let acknowledge: (token: string) => void = () => undefined;
  const token = new Promise<string>((resolve) => {
    acknowledge = resolve;
  });
  let approve: (plan: string) => void = () => undefined;
  const plan = new Promise<string>((resolve) => {
    approve = resolve;
  });
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const rights = createSubjectRights({
    ...memoryStorage(),
    controller: "Halmstrand Lamps & <Sons>",
    sources: [
      defineDataSource({
        id: "crm",
        title: "Customer records <b>",
        holds: ["customer-data"],
        kind: "origin",
        locate: async () => [{ collection: "customers", count: isHeld ? 1 : 0 }],
        erase: async () => {
          isHeld = false;
          return [{ collection: "customers", outcome: "erased", count: told }];
        },
      }),
    ],
    notifier: defineNotifier({
      id: "kept",
      send: async ({ notice }) => {
        if (notice.type === "confirmation") acknowledge(notice.token);
        if (notice.type === "approval") approve(notice.plan);
        if (notice.type === "completion") finish();
      },
    }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
    needsApproval: () => true,
    ...(secret !== undefined && { evidenceSigner: ed25519Signer(secret) }),
  });
  orThrow(await rights.start());
  try {
    const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
    const { request } = orThrow(await rights.requests.submit(asked));
    orThrow(await rights.requests.acknowledge({ token: await token }));
    orThrow(
      await rights.requests.approve({
        actor: { ...actor, id: "officer-1" },
        requestId: request.id,
        plan: await plan,
      }),
    );
    await finished;
    for await (const _ of orThrow(await rights.requests.progress({ actor, requestId: request.id }))) {
      // Until it is closed.
    }
    const evidence = async () => orThrow(await rights.audit.evidence({ actor, requestId: request.id }));
    // The last entry is that the key is destroyed.
    while (!(await evidence()).file.request.keyDestroyed) await new Promise((next) => setTimeout(next, 5));
    if (secret !== undefined) orThrow(await rights.audit.checkpoint({ actor }));
    return evidence();
  } finally {
    await rights.stop();
  }
};
