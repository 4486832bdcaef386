import type { Links } from "@subject-rights/core";

/**
 * Where letters lead: the pages of a handler, for `links` of `createSubjectRights`. The token comes behind the #, which
 * browsers keep to themselves.
 *
 * @param address of the handler, as people reach it: `https://app.northwind.example/privacy`
 */
export const linksTo = (address: string): Required<Links> => {
  const base = address.replace(/\/$/, "");
  return {
    acknowledge: (token) => `${base}/acknowledge#${token}`,
    download: (token) => `${base}/download#${token}`,
  };
};
