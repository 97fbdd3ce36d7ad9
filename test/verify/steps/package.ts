import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { findOlderNode } from '../../bin/older-node.ts';
import { packAndInstall } from '../../bin/package/installed.ts';
import { keys, type Program, type Walk } from '../walk.ts';
import type { Step } from './step.ts';

/** What an owner types in an empty folder. */
const commands = (tarball: string, exchangeUrl: string): Omit<Program, 'folder'>[] => [
  { file: 'npm', args: ['install', '--offline', tarball] },
  {
    file: 'npx',
    args: [
      ...['ripcord', 'init', '--yes', '--json', '--notify', 'none'],
      ...['--exchange', 'binance', '--base-url', exchangeUrl],
      ...['--symbol', 'BTC/USDT', '--side', 'long', '--type', 'market', '--amount', '0.01'],
    ],
    input: JSON.stringify(keys),
  },
];

async function initFromPackage(walk: Walk, tarball: string, node: string): Promise<string> {
  const folder = join(walk.folder, 'empty');
  await mkdir(folder);
  const environment = { PATH: [dirname(node), process.env.PATH].join(delimiter) };
  const version = await walk.run({ file: 'node', args: ['--version'], folder, environment });
  const typed = commands(tarball, walk.exchange.url);
  const startedAt = performance.now();
  let last = '';
  for (const command of typed) {
    const { code, stdout, stderr } = await walk.run({ ...command, folder, environment });
    assert.equal(code, 0, `${command.file} ${command.args.join(' ')} failed: ${stderr}`);
    last = stdout;
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  await walk.fire(JSON.parse(last));
  return `Node ${version.stdout.trim()}: ${typed.length} commands, ${seconds} s to an armed link`;
}

export const fromPackage: Step[] = [
  {
    title: 'The installed tarball goes from an empty folder to an armed link that fires',
    async run(walk, trail) {
      const { folder, tarball, bytes } = await packAndInstall();
      const older = await findOlderNode();
      const notes = [`tarball ${Math.round(bytes / 1_000)} kB`];
      for (const [name, node] of Object.entries({ older, newest: process.execPath })) {
        if (node === undefined) notes.push('no older Node on the PATH');
        else
          await walk.inNewAccount(`package-${name}`, {}, async (other) => {
            notes.push(await initFromPackage(other, tarball, node));
          });
      }
      await rm(folder, { recursive: true, force: true });
      trail.figures = notes.join('; ');
    },
  },
];
