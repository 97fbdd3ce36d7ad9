import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../lib/parallel.ts';
import { applyEdit, type Mutant, mutants } from './mutants.ts';

const seeds = '40000';
const folder = join('dist', 'mutants');

/** A copy of the engine and the simulation with one breakage; throws where the breakage does not fit any more. */
async function build(mutant: Mutant, index: number): Promise<string> {
  const root = join(folder, String(index));
  await mkdir(root, { recursive: true });
  await cp('lib', join(root, 'lib'), { recursive: true });
  await cp('test/simulation', join(root, 'test/simulation'), { recursive: true });
  await cp('package.json', join(root, 'package.json'));
  for (const edit of mutant.edits) {
    const path = join(root, edit.file);
    const edited = applyEdit(await readFile(path, 'utf8'), edit);
    if (edited === undefined)
      throw new Error(`mutant "${mutant.name}": ${edit.file} does not hold its text once`);
    await writeFile(path, edited);
  }
  return root;
}

function run(root: string): Promise<{ caught: boolean; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['test/simulation/main.ts', '--quick', '--seeds', seeds], {
      cwd: root,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ caught: code === 1 && /^seed /m.test(said), said: said.trim() }));
  });
}

/** Names to run, or parts of them; by default all. */
const wanted = process.argv.slice(2);
const chosen = mutants.filter(
  ({ name }) => wanted.length === 0 || wanted.some((words) => name.includes(words)),
);
await rm(folder, { recursive: true, force: true });
const results = await inParallel([...chosen.entries()], 2, async ([index, mutant]) => {
  const { caught, said } = await run(await build(mutant, index));
  console.log(
    `${caught ? 'caught ' : 'MISSED '} ${mutant.name.padEnd(52)} ${said.split('\n').at(-1)?.slice(0, 90)}`,
  );
  return caught;
});
await rm(folder, { recursive: true, force: true });
const missed = results.filter((caught) => !caught).length;
console.log(`${results.length - missed} of ${results.length} mutants caught within ${seeds} seeds each`);
process.exitCode = missed === 0 ? 0 : 1;
