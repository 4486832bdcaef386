/**
 * Runs the examples that are named, one after the other in this process: what they import is read once, and PGlite
 * compiled once.
 */
for (const example of process.argv.slice(2)) {
  console.log(`>>> ${example}`);
  await import(`../../src/${example}/main.ts`);
}
