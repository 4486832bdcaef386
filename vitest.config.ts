import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests run on `src`, so nothing has to be built first. The others are Vite's own for a server.
  ssr: { resolve: { conditions: ["source", "module", "node", "development|production"] } },
  test: {
    // The slowest takes a few seconds; the rest is for machines that have other things to do.
    testTimeout: 30_000,
    include: ["packages/*/test/**/*.test.ts", "examples/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
  },
});
