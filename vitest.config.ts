import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests run on `src`, so nothing has to be built first. The others are Vite's own for a server.
  ssr: { resolve: { conditions: ["source", "module", "node", "development|production"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
  },
});
