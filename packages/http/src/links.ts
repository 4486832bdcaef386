import { ConfigurationMistake, type Links } from "@subject-rights/core";

/**
 * Where letters lead: the pages of a handler, for `links` of `createSubjectRights`. The token comes behind the #, which
 * browsers keep to themselves.
 *
 * @param address of the handler, as people reach it: `https://app.northwind.example/privacy`
 * @throws ConfigurationMistake where it does not begin with `https://` (or `http://`, on a machine of your own): mail
 *   programs would make no link of it; or where it has a query or a fragment, which no path can follow
 */
export const linksTo = (address: string): Required<Links> => {
  if (typeof address !== "string" || !/^https?:\/\/[^/]/i.test(address) || !URL.canParse(address)) {
    throw new ConfigurationMistake(
      "linksTo: hand in the whole address of the handler, such as https://app.example/privacy.",
    );
  }
  if (/[?#]/.test(address)) {
    throw new ConfigurationMistake(
      "linksTo: leave out what begins with ? or #. The pages of the handler are below its address, such as https://app.example/privacy.",
    );
  }
  const base = address.replace(/\/$/, "");
  return {
    acknowledge: (token) => `${base}/acknowledge#${token}`,
    download: (token) => `${base}/download#${token}`,
  };
};
