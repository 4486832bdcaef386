import tseslint from "typescript-eslint";

// Only what needs types and Biome lacks; everything else is Biome's.
export default tseslint.config({
  files: ["**/*.ts"],
  ignores: ["**/dist/**"],
  languageOptions: {
    parser: tseslint.parser,
    // One program for the whole repository, rather than one a package.
    parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
  },
  linterOptions: { reportUnusedDisableDirectives: "error" },
  plugins: { "@typescript-eslint": tseslint.plugin },
  rules: {
    // A ResultAsync that nobody looks at is a failure that nobody sees; it is a thenable, not a promise.
    "@typescript-eslint/no-floating-promises": ["error", { checkThenables: true }],
    "@typescript-eslint/no-misused-promises": "error",
    "@typescript-eslint/await-thenable": "error",
    // A `default` that somebody wrote counts; a case that nobody thought of does not.
    "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
  },
});
