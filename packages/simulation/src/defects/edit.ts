/** A change of the library's code, which sleeps until it is planted. */
export interface Edit {
  readonly name: string;
  /** The file, from `packages` on. */
  readonly file: string;
  /** The code as it stands there, exactly once; within `«` and `»` the expression that is exchanged. */
  readonly find: string;
  /** What takes its place. */
  readonly replace: string;
}

interface Place {
  readonly from: number;
  readonly to: number;
}

const placeOf = (source: string, { name, file, find }: Edit): Place => {
  const [before = "", expression = "", after = ""] = find.split(/[«»]/);
  const text = before + expression + after;
  const times = source.split(text).length - 1;
  if (times !== 1)
    throw new Error(`"${name}": its code stands ${times} times in ${file}, and has to stand there once.`);
  const from = source.indexOf(text) + before.length;
  return { from, to: from + expression.length };
};

/**
 * The code with all of these edits in it; `isPlanted` is code that takes the name of one, and says whether it is awake.
 *
 * @throws Error where the code of one does not stand there any more: it has to be made elsewhere
 */
export const withEdits = (source: string, edits: readonly Edit[], isPlanted: string): string => {
  const all = edits.map((edit) => ({ ...placeOf(source, edit), edit }));
  const places = new Map(all.map(({ from, to }) => [`${from}-${to}`, { from, to }]));
  // From behind, so that the places before stay where they are.
  return [...places.values()]
    .toSorted((one, other) => other.from - one.from)
    .reduce((code, { from, to }) => {
      const here = all.filter((place) => place.from === from && place.to === to);
      const exchanged = here.map(
        ({ edit }) => `${isPlanted}(${JSON.stringify(edit.name)}) ? (${edit.replace}) : `,
      );
      return `${code.slice(0, from)}(${exchanged.join("")}(${code.slice(from, to)}))${code.slice(to)}`;
    }, source);
};
