export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

/** Cuts a series into five parts at most, one after the other. */
export const inParts = <Value>(values: readonly Value[]): Value[][] => {
  const size = Math.max(1, Math.floor(values.length / 5));
  return Array.from({ length: Math.floor(values.length / size) }, (_, part) =>
    values.slice(part * size, (part + 1) * size),
  );
};
