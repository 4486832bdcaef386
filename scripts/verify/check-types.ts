// Whether TypeScript 6 reads the types that were built: `node scripts/verify/check-types.ts FILE.d.ts ...`.
// All else here is checked by TypeScript 7, which wrote them. What dependencies declare wrongly is theirs.
import ts from "typescript";

const files = process.argv.slice(2);
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile("tsconfig.base.json", ts.sys.readFile).config,
  ts.sys,
  ".",
);
const program = ts.createProgram(files, { ...options, customConditions: [], skipLibCheck: false });
const diagnostics = [
  ...program.getOptionsDiagnostics(),
  ...files.flatMap((file) => [
    ...program.getSyntacticDiagnostics(program.getSourceFile(file)),
    ...program.getSemanticDiagnostics(program.getSourceFile(file)),
  ]),
];
if (diagnostics.length > 0) {
  console.error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost(options)));
  process.exitCode = 1;
}
