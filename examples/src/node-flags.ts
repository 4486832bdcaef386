/**
 * What Node is started with to run an example. PGlite is WebAssembly: compiling it a second time, into quicker code,
 * takes longer than an example lives.
 */
export const nodeFlags = ["--conditions=source", "--liftoff-only"] as const;
