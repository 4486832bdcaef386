import {
  defineSourceStatusStore,
  type SourceStatusStore,
  type StoredSourceStatus,
} from "@subject-rights/core";
import { copied } from "./copied.ts";

export type SourceStatusTable = Map<string, StoredSourceStatus>;

/**
 * Keeps in memory what the Data Sources page shows.
 *
 * @param statuses where it is kept; handing the same to a second store is a restart without loss
 */
export const memorySourceStatusStore = (statuses: SourceStatusTable = new Map()): SourceStatusStore =>
  defineSourceStatusStore({
    async put(status) {
      statuses.set(JSON.stringify([status.tenant, status.source]), copied(status));
    },

    async list({ tenant }) {
      return copied([...statuses.values()].filter((status) => status.tenant === tenant));
    },
  });
