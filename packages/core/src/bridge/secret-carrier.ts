import type { CallFailed } from "../errors.ts";
import type { CarriedSecret, PackageEncryption } from "../ports/package-encryption.ts";
import type { ResultAsync } from "../result.ts";
import { type Call, callAdapter, nothingSchema } from "./call.ts";

/** The way that secrets of packages go, safe to use: every call has a deadline, and no call throws. */
export interface SecretCarrier {
  carry(carried: CarriedSecret, call: Call): ResultAsync<void, CallFailed>;
}

export const secretCarrierId = "package-encryption";

/** Makes what an author wrote safe to use. */
export const safeSecretCarrier = (definition: PackageEncryption): SecretCarrier => ({
  carry: (carried, call) =>
    callAdapter(
      secretCarrierId,
      call,
      async (context) => void (await definition.carrySecret(carried, context)),
      nothingSchema,
    ),
});
