import { asset } from "./asset.ts";

/** What stands beside the title in a browser. A file, because the policy of the pages allows no `data:`. */
export const icon = asset(
  "icon.svg",
  "image/svg+xml",
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0b6158"/><path d="m9 16.5 5 5 9-11" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
);
