import { execFile } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));

const packedSchema = z.array(
  z.object({
    filename: z.string(),
    size: z.number(),
    files: z.array(z.object({ path: z.string() })),
  }),
);

/** The npm package, packed from this clone and installed in an empty folder. */
export interface Installed {
  /** The folder of the tarball and of the installation. */
  folder: string;
  tarball: string;
  /** Of the tarball. */
  bytes: number;
  /** All files in the tarball. */
  files: string[];
  /** The command `ripcord`, as npm links it. */
  program: string;
  installMs: number;
}

/** This process's environment without what npm and npx set for the program that they run. */
export function cleanEnvironment(node: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|RIPCORD_|AWS_|NODE_)/.test(name));
  const path = [dirname(node), ...(process.env.PATH ?? '').split(delimiter)].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path };
}

/** Packs and installs as npm does for an owner, without a network. */
export async function packAndInstall(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-package-'));
  const env = cleanEnvironment(process.execPath);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    env,
    maxBuffer: 2 ** 26,
  });
  const [packed] = packedSchema.parse(JSON.parse(stdout));
  if (packed === undefined) throw new Error('npm packed nothing.');
  const tarball = join(folder, packed.filename);
  const empty = join(folder, 'empty');
  await mkdir(empty);
  const startedAt = performance.now();
  await run('npm', ['install', '--offline', tarball], { cwd: empty, env });
  return {
    ...{ folder, tarball, bytes: packed.size, files: packed.files.map(({ path }) => path) },
    program: join(empty, 'node_modules/.bin/ripcord'),
    installMs: performance.now() - startedAt,
  };
}
