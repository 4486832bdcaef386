/** Looks again and again until something is so. */
export const until = async <Value>(look: () => Promise<Value | null | undefined>): Promise<Value> => {
  for (let tries = 0; tries < 1_500; tries += 1) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("This did not come about within half a minute.");
};
