/**
 * From an empty folder to an armed link, with the npm package alone: packs it, installs it, and runs `ripcord init` against
 * an AWS account and an exchange on this machine, once for each Node that is installed. Then a clone updates the stack that
 * the package made, and the package the clone's. `npm run verify:package` prints the figures of docs/measurements.md.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findMotoPython } from '../../verify/moto-process.ts';
import { Walk } from '../../verify/walk.ts';
import { findOlderNode } from '../older-node.ts';
import { type Installed, packAndInstall } from './installed.ts';

const position = ['--symbol', 'BTC/USDT', '--side', 'long', '--type', 'market', '--amount', '0.01'];
const keys = JSON.stringify({ apiKey: 'key-of-the-walk', secret: 'secret-of-the-walk' });

async function measure<Result>(run: () => Promise<Result>): Promise<[Result, number]> {
  const startedAt = performance.now();
  const result = await run();
  return [result, Number(((performance.now() - startedAt) / 1_000).toFixed(1))];
}

/** Runs the installed command in an empty folder, with only this Node on the PATH. */
function createRun(walk: Walk, { program }: Installed, node: string, folder: string) {
  const path = [dirname(node), ...(process.env.PATH ?? '').split(delimiter)].join(delimiter);
  return async (args: string[], input = ''): Promise<string> => {
    const environment = { PATH: path };
    const ended = await walk.run({ file: node, args: [program, ...args], folder, environment, input });
    assert.equal(ended.code, 0, `ripcord ${args.join(' ')} failed: ${ended.stderr}`);
    return ended.stdout;
  };
}

async function walkWith(
  python: string,
  installed: Installed,
  node: string,
): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-verify-package-'));
  const empty = join(folder, 'empty');
  await mkdir(empty);
  const walk = await Walk.start(python, folder);
  try {
    const ripcord = createRun(walk, installed, node, empty);
    const [, helpSeconds] = await measure(() => ripcord(['--help']));
    const account = ['--exchange', 'binance', '--base-url', walk.exchange.url];
    const words = ['init', '--yes', '--notify', 'none', ...account, ...position, '--json'];
    const [made, initSeconds] = await measure(() => ripcord(words, keys));
    const { url, positionId, linkId } = JSON.parse(made);
    await walk.fire({ url, positionId, linkId });

    const before = await readCode(walk);
    const [, cloneSeconds] = await measure(() => walk.deploy());
    assert.deepEqual(await readCode(walk), before, 'a clone deploys the same functions');
    await ripcord(['deploy', '--yes', '--set', 'logRetentionDays=90']);
    await walk.fire(await walk.armLink());
    return { node, helpSeconds, initSeconds, cloneSeconds };
  } finally {
    await walk.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns the hash of each function's code. */
async function readCode(walk: Walk): Promise<Record<string, string | undefined>> {
  const { LambdaClient, GetFunctionCommand } = await import('@aws-sdk/client-lambda');
  const { toClientSettings } = await import('../../verify/moto-client.ts');
  const client = new LambdaClient(toClientSettings(walk.emulator.url));
  const names = ['ripcord-trigger', 'ripcord-admin', 'ripcord-sweep'];
  const read = async (name: string) => {
    const { Configuration: configuration } = await client.send(
      new GetFunctionCommand({ FunctionName: name }),
    );
    return [name, configuration?.CodeSha256] as const;
  };
  return Object.fromEntries(await Promise.all(names.map(read)));
}

const python = findMotoPython();
if (python === undefined) {
  console.log('Skipped: moto is not installed: neither "python3 -m moto.server" nor moto_server runs.');
} else {
  const [installed, packSeconds] = await measure(packAndInstall);
  const older = await findOlderNode();
  try {
    const { bytes, files, installMs } = installed;
    console.log(`tarball ${bytes} bytes, ${files.length} files; packed and installed in ${packSeconds} s`);
    console.log(`installed in ${(installMs / 1_000).toFixed(1)} s`);
    for (const node of [process.execPath, ...(older === undefined ? [] : [older])])
      console.log(JSON.stringify(await walkWith(python, installed, node)));
  } finally {
    await rm(installed.folder, { recursive: true, force: true });
  }
}
