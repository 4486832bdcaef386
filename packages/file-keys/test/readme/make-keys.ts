// make-keys.ts
import { orThrow } from "@subject-rights/core";
import { makeKeyDirectory } from "@subject-rights/file-keys";

orThrow(await makeKeyDirectory({ directory: process.env["KEY_DIRECTORY"] ?? "" }));
