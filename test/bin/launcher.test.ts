import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../infra/local/temporary-folder.ts';
import { findOlderNode } from './older-node.ts';

const run = promisify(execFile);
const launcher = fileURLToPath(new URL('../../bin/ripcord.mjs', import.meta.url));
const olderNode = await findOlderNode();
const runners = [process.execPath, ...(olderNode === undefined ? [] : [olderNode])];

/** A folder with the launcher and with programs that print which of them ran. */
async function createFolder(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['bin', 'dist/package']) await mkdir(join(folder, name), { recursive: true });
  await cp(launcher, join(folder, 'bin/ripcord.mjs'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return join(folder, 'bin/ripcord.mjs');
}

const built = { 'dist/package/ripcord.mjs': 'console.log("built", ...process.argv.slice(2));' };
const sources = {
  'bin/ripcord.ts': 'console.log("sources", ...process.argv.slice(2) as string[]); process.exitCode = 3;',
};

describe.each(runners)('the launcher of ripcord, run by %s', (node) => {
  it('runs the built command line if there are no sources', async () => {
    const { stdout } = await run(node, [await createFolder(built), 'links', 'list']);
    expect(stdout).toBe('built links list\n');
  });

  it('runs the sources if there are any, and passes on their exit code', async () => {
    const program = await createFolder({ ...sources, ...built });
    const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
    await symlink(modules, join(program, '../../node_modules'));
    await expect(run(node, [program, 'links', 'list'])).rejects.toMatchObject({
      code: 3,
      stdout: 'sources links list\n',
    });
  });
});

it.skipIf(olderNode === undefined)(
  'the launcher of ripcord asks for npm ci if Node 24 is missing, and never falls back to a built command line',
  async () => {
    const program = await createFolder({ ...sources, ...built });
    await expect(run(olderNode ?? '', [program])).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'ripcord: Node 24 is not installed in this clone. Nothing was run. Run: npm ci\n',
    });
  },
);
