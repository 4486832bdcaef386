export type { PostgresClient } from "./database/client.ts";
