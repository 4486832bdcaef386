// Whether what would be published resolves, with its types: `node scripts/verify/check-tarballs.ts FILE.tgz ...`.
// Both libraries in one process: their commands load a compiler anew for each package.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { problemKindInfo } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** Node's own resolution from ES modules, and a bundler's: the packages are for nothing older. */
const concernsUs = (problem: Problem): boolean =>
  !("resolutionKind" in problem) || !["node10", "node16-cjs"].includes(problem.resolutionKind);

const complaintsAbout = async (path: string): Promise<readonly string[]> => {
  const data = new Uint8Array(await readFile(path));
  const { messages, pkg } = await publint({ pack: { tarball: data.buffer }, strict: true });
  const analysis = await checkPackage(createPackageFromTarballData(data));
  return [
    ...messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code),
    ...(analysis.types ? analysis.problems.filter(concernsUs) : []).map(
      (problem) => `${problemKindInfo[problem.kind].title}: ${JSON.stringify(problem)}`,
    ),
    ...(analysis.types ? [] : ["has no types"]),
  ];
};

for (const path of process.argv.slice(2)) {
  for (const complaint of await complaintsAbout(path)) {
    console.error(`${basename(path)}: ${complaint}`);
    process.exitCode = 1;
  }
}
