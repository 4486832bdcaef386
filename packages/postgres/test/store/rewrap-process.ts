/**
 * Puts the keys of a schema under another master key, one a transaction, until it has asked the database as often as it
 * is told: there it is killed, however fast the machine is.
 */
import { orThrow } from "@subject-rights/core";
import { rewrapKeys } from "@subject-rights/postgres";
import pg from "pg";

const [url, schema = "", masterKey = "", otherMasterKey = "", last] = process.argv.slice(2);
const client = new pg.Pool({ connectionString: url });
const bytes = (hex: string) => Buffer.from(hex, "hex");

let asked = 0;
client.on("acquire", () => {
  asked += 1;
  if (asked === Number(last)) process.kill(process.pid, "SIGKILL");
});
const options = { client, schema, masterKey: bytes(masterKey), otherMasterKeys: [bytes(otherMasterKey)] };
orThrow(await rewrapKeys({ ...options, batchSize: 1 }));
await client.end();
