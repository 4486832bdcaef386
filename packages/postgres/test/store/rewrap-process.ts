/** Puts the keys of a schema under another master key, one a transaction, until it is killed. */
import { flushCompileCache } from "node:module";
import { orThrow } from "@subject-rights/core";
import { rewrapKeys } from "@subject-rights/postgres";
import pg from "pg";

const [url, schema = "", masterKey = "", otherMasterKey = ""] = process.argv.slice(2);
const client = new pg.Pool({ connectionString: url });
const bytes = (hex: string) => Buffer.from(hex, "hex");

await client.query("select 1");
flushCompileCache();
process.send?.("ready");
const options = { client, schema, masterKey: bytes(masterKey), otherMasterKeys: [bytes(otherMasterKey)] };
orThrow(await rewrapKeys({ ...options, batchSize: 1 }));
await client.end();
