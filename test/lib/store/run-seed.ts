/** Of every property of the table's tests. `SEED=… npm test` runs the same cases again. */
export const runSeed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

console.info(`The table's properties run with SEED=${runSeed}.`);
