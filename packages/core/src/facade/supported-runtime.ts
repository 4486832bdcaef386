import { ConfigurationMistake } from "../errors.ts";

/** The oldest Node.js that everything is tried on; `engines` of every package says the same. */
const oldest = [22, 19] as const;

/**
 * Says at once what would fail in the middle of a request otherwise. Bun and Deno say which Node.js they are like.
 *
 * @throws ConfigurationMistake which says what is needed
 */
export const checkRuntime = (version: string): void => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  throw new ConfigurationMistake(
    `Subject Rights needs Node.js ${oldest.join(".")} or newer, and this is ${version}: run it with a newer one.`,
  );
};
