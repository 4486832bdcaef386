import { SubjectRightsError } from "@subject-rights/core";

export type DirectoryProblem = "not-made" | "open-to-others" | "unknown-form";

const advice: Readonly<Record<DirectoryProblem, string>> = {
  "not-made":
    "is no key directory: mount it where it is missing, or make it, once, with makeKeyDirectory(). An empty one would look as if every key was destroyed.",
  "open-to-others":
    "can be reached by others than its owner: chmod 700 directories and 600 files, and find out who has read them.",
  "unknown-form": "was made by newer code: deploy that version of @subject-rights/file-keys, or a newer one.",
};

/** The directory, or a file in it, is not fit to keep keys in. Nothing was read from it, and nothing written. */
export class KeyDirectoryUnfit extends SubjectRightsError {
  readonly code = "key-directory-unfit";
  readonly problem: DirectoryProblem;

  constructor(directory: string, problem: DirectoryProblem, options?: ErrorOptions) {
    super(`${directory} ${advice[problem]}`, options);
    this.problem = problem;
  }
}
