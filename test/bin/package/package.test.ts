import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runProgram } from '../../infra/local/local-process.ts';
import { temporaryFolder } from '../../infra/local/temporary-folder.ts';
import { findOlderNode } from '../older-node.ts';
import { cleanEnvironment, type Installed, packAndInstall } from './installed.ts';

const run = promisify(execFile);
const olderNode = await findOlderNode();
const nodes = [process.execPath, ...(olderNode === undefined ? [] : [olderNode])];

let installed: Installed;
// Packing builds everything, and synthesizes the template with CDK.
const packMs = 120_000;
beforeAll(async () => {
  installed = await packAndInstall();
}, packMs);
afterAll(() => rm(installed.folder, { recursive: true, force: true }));

async function ripcord(node: string, words: string[]): Promise<string> {
  const { stdout } = await run(node, [installed.program, ...words], { env: cleanEnvironment(node) });
  return stdout;
}

const packageFileSchema = z.object({
  dependencies: z.unknown().optional(),
  scripts: z.record(z.string(), z.string()).default({}),
});

const hitSchema = z.object({
  outcome: z.string(),
  closedAmount: z.string(),
  closeOrderId: z.string(),
  repeated: z.boolean().default(false),
});

describe('the npm package', () => {
  it('has no dependency and no script that npm runs at its installation', async () => {
    const modules = join(installed.program, '../..');
    const packages = (await readdir(modules)).filter((name) => !name.startsWith('.'));
    expect(packages).toEqual(['ripcord']);
    const text = await readFile(join(modules, 'ripcord/package.json'), 'utf8');
    const { dependencies, scripts } = packageFileSchema.parse(JSON.parse(text));
    expect(dependencies).toBeUndefined();
    // npm builds native code on its own if there is a binding.gyp.
    expect(installed.files.filter((path) => /binding\.gyp$|\.node$/.test(path))).toEqual([]);
    const atInstall = [
      'preinstall',
      'install',
      'postinstall',
      'prepublish',
      'preprepare',
      'prepare',
      'postprepare',
    ];
    expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([]);
  });

  it('holds what is built, and neither sources nor tests', () => {
    const folders = installed.files.map(
      (path) => /^(bin\/ripcord\.mjs|dist\/package)\b/.exec(path)?.[0] ?? path,
    );
    expect([...new Set(folders)].sort()).toEqual([
      'LICENSE',
      'README.md',
      'bin/ripcord.mjs',
      'dist/package',
      'package.json',
    ]);
    expect(installed.bytes).toBeLessThan(2_600_000);
  });

  it('lists in its bill of materials and its licenses what it bundles', async () => {
    const built = join(installed.program, '../../ripcord/dist/package');
    const sbom = await readFile(join(built, 'sbom.json'), 'utf8');
    const licenses = await readFile(join(built, 'THIRD-PARTY-LICENSES'), 'utf8');
    for (const name of ['ccxt', 'zod', 'preact', 'dynalite', '@aws-sdk/client-dynamodb', '@middy/core']) {
      expect(sbom).toContain(`"bom-ref":"${name}@`);
      expect(licenses).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
    for (const name of ['aws-cdk-lib', 'vitest', 'classic-level']) expect(sbom).not.toContain(`"${name}@`);
  });

  it.each(nodes)('prints its commands with --help, run by %s', async (node) => {
    const help = await ripcord(node, ['--help']);
    // What asks no stack uses only what each Node has.
    expect(await ripcord(node, ['exchanges'])).toContain('Refused:');
    for (const noun of [
      'positions',
      'links',
      'accounts',
      'console',
      'start',
      'init',
      'deploy',
      'destroy',
      'restore',
      'doctor',
    ])
      expect(help).toContain(`ripcord ${noun}`);
  });

  it.each(nodes)(
    'runs the demo, fires a link once, and has it all after a crash, run by %s',
    async (node) => {
      const data = await temporaryFolder();
      const words = ['start', '--port', '0', '--data', data];
      const first = runProgram(node, [installed.program, ...words]);
      const url = await first.ready;
      const [, page = ''] = await first.line(/Open (\S+)/);
      await first.line(/4 positions are open\. .*/);
      const entered = await fetch(page, { redirect: 'manual' });
      expect(entered.headers.get('location')).toBe('/console/');
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
      expect((await fetch(`${url}/console/app.js`, { headers: { cookie } })).status).toBe(200);

      const list = z.object({
        positions: z.array(z.object({ positionId: z.string(), fillStatus: z.string() })),
      });
      const { positions } = list.parse(
        JSON.parse(await ripcord(node, ['positions', 'list', '--local', url, '--json'])),
      );
      const filled = positions.find(({ fillStatus }) => fillStatus === 'filled')?.positionId ?? '';
      const created = await ripcord(node, ['links', 'create', filled, 'close', '--local', url, '--json']);
      const link = new URL(/http:\/\/[^"]+\/l\/[^"]+/.exec(created)?.[0] ?? '');
      const hit = hitSchema.parse(await (await fetch(link, { method: 'POST' })).json());
      expect(hit).toMatchObject({ outcome: 'closed', repeated: false });
      first.child.kill('SIGKILL');
      await first.ended;

      const second = runProgram(node, [installed.program, ...words]);
      const again = await fetch(`${await second.ready}${link.pathname}`, { method: 'POST' });
      expect(await again.json()).toMatchObject({ ...hit, repeated: true });
      second.child.kill('SIGTERM');
      const { code, stdout, stderr } = await second.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toMatch(/"event":"(sweep|hit|command)-failed"/);
    },
  );
});
