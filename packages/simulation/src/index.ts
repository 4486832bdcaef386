/** For tests that stop a process at one of its effects, or break one. */
export { type Gate, gatedNotifier, gatedStorage, open } from "./world/gates.ts";
