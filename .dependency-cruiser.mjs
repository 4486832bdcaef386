// The import rules of CONTRIBUTING.md. A path is where an import leads, whatever it is called in the source:
// a workspace package leads to its `src/index.ts`, a Node module to its name without `node:`.

const core = "^packages/core/src";
const pure = [
  `${core}/(request|subject|audit)/`,
  `${core}/(errors|instant|result|canonical-json)\\.ts$`,
  "node_modules/zod/",
];
const domain = `${core}/(request|subject|workflows|audit)/`;

export default {
  forbidden: [
    {
      name: "no-circular",
      comment: "No file imports itself through others, not even for types.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      comment: "An import names a declared dependency, or another package by its root only.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "packages-by-name",
      comment: "A relative path stays inside its own package; others are imported as `@subject-rights/…`.",
      severity: "error",
      from: { path: "^(packages/[^/]+|examples|scripts)/" },
      to: { dependencyTypes: ["local"], pathNot: "^$1/" },
    },
    {
      name: "no-development-dependencies",
      comment: "What is published uses nothing that its users do not get.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      // What is a peer dependency is there in development as well.
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["npm-peer"],
      },
    },
    {
      name: "neverthrow-in-one-file",
      comment: "Two copies of neverthrow do not unify: take Result from @subject-rights/core.",
      severity: "error",
      from: { pathNot: `${core}/result\\.ts$` },
      to: { path: "(^|node_modules/)neverthrow(/|$)" },
    },
    {
      name: "core-imports-no-adapter",
      severity: "error",
      from: { path: core },
      to: { path: "^packages/(?!core/)" },
    },
    {
      name: "core-crypto-in-one-file",
      severity: "error",
      from: { path: core, pathNot: `${core}/crypto\\.ts$` },
      to: { dependencyTypes: ["core"], path: "^crypto$" },
    },
    {
      name: "core-compression-in-one-file",
      severity: "error",
      from: { path: core, pathNot: `${core}/export/compression\\.ts$` },
      to: { dependencyTypes: ["core"], path: "^zlib$" },
    },
    {
      name: "core-imports-no-other-node-module",
      severity: "error",
      from: { path: core },
      to: { dependencyTypes: ["core"], pathNot: "^(crypto|zlib)$" },
    },
    {
      name: "domain-is-pure",
      comment: "The record, the subject, the workflows and the audit's entries do no I/O and know no port.",
      severity: "error",
      from: { path: [domain, `${core}/(errors|instant)\\.ts$`] },
      to: { pathNot: [domain, ...pure] },
    },
    {
      name: "ports-import-the-domain-only",
      severity: "error",
      from: { path: `${core}/ports/` },
      to: { pathNot: [`${core}/ports/`, ...pure] },
    },
    {
      name: "adapters-import-core-only",
      comment:
        "An adapter imports core and its driver, never another adapter, nor the suites it is tested by.",
      severity: "error",
      from: { path: "^packages/(?!core/|testing/|bench/|simulation/)([^/]+)/src/" },
      to: { path: "^packages/(?!core/|$1/)" },
    },
    {
      name: "adapters-do-not-know-each-other",
      comment:
        "Not even in their tests, but for the queue that is tested in one transaction with the store, the evidence of a real request, the web face of a whole library, mail that becomes a request, and sources in PostgreSQL of requests that are kept in memory.",
      severity: "error",
      from: {
        path: "^packages/(?!core/|testing/|bench/|simulation/)([^/]+)/",
        pathNot: "^packages/(http|pg-boss|verify|smtp|postgres)/test/",
      },
      to: { path: "^packages/(?!core/|testing/|$1/)" },
    },
    {
      name: "testing-imports-core-only",
      severity: "error",
      from: { path: "^packages/testing/src/" },
      to: { path: "^packages/(?!core/|testing/)" },
    },
    {
      name: "testing-knows-no-test-runner",
      severity: "error",
      from: { path: "^packages/testing/src/" },
      to: { path: "^(node:)?test(/|$)|(^|node_modules/)(vitest|jest|mocha|@jest/[^/]+)(/|$)" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^packages/[^/]+/dist/" },
    // Imports of types count as well.
    tsPreCompilationDeps: true,
    skipAnalysisNotInRules: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json", ".d.ts"],
    },
  },
};
