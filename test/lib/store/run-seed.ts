/** The seed of every property test of the store. `SEED=… npm test` repeats the same cases. */
export const runSeed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

console.info(`The store's property tests run with SEED=${runSeed}.`);
