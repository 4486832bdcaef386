import { defineConfig } from "tsup";

export const config = defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node22",
  dts: true,
  clean: true,
  sourcemap: true,
});
