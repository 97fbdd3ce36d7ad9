import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** `git archive` prints the whole tree. */
const maxBuffer = 500_000_000;

/** Sources to build from. */
export interface Sources {
  root: string;
  /** The commit. */
  name: string;
}

async function git(root: string, ...words: string[]): Promise<string> {
  const { stdout } = await run('git', words, { cwd: root, maxBuffer });
  return stdout.trim();
}

/** @returns what is checked out, with what is not committed. */
export async function readWorkingTree(root: string): Promise<Sources> {
  try {
    const commit = await git(root, 'rev-parse', '--short', 'HEAD');
    const changed = await git(root, 'status', '--porcelain', '--untracked-files=no');
    return { root, name: changed === '' ? commit : `${commit} with uncommitted changes` };
  } catch {
    return { root, name: 'not a git repository' };
  }
}

/** Writes a revision's sources into a folder, with its own dependencies. */
export async function checkOut(root: string, revision: string, folder: string): Promise<Sources> {
  const commit = await git(root, 'rev-parse', '--verify', `${revision}^{commit}`);
  const archive = `${folder}.tar`;
  await mkdir(folder, { recursive: true });
  await git(root, 'archive', '--format=tar', `--output=${archive}`, commit);
  await run('tar', ['-xf', archive, '-C', folder]);
  const [ours, theirs] = await Promise.all(
    [root, folder].map((each) => readFile(join(each, 'package-lock.json'), 'utf8')),
  );
  if (ours === theirs && existsSync(join(root, 'node_modules')))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  else await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, maxBuffer });
  return { root: folder, name: await git(root, 'rev-parse', '--short', commit) };
}
