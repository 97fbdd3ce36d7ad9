import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findBundledPackages, renderLicenses } from '../../../bin/package/build/bundled-packages.ts';
import { createSbom, findUnlocked } from '../../../bin/package/build/sbom.ts';
import { temporaryFolder } from '../../infra/local/temporary-folder.ts';

async function writePackages(packages: Record<string, object>): Promise<string> {
  const root = await temporaryFolder();
  for (const [name, file] of Object.entries(packages)) {
    await mkdir(join(root, 'node_modules', name), { recursive: true });
    await writeFile(join(root, 'node_modules', name, 'package.json'), JSON.stringify({ name, ...file }));
  }
  return root;
}

it('finds each package once, and nothing that is not from a package', async () => {
  const root = await writePackages({
    plain: { version: '1.0.0', license: 'MIT' },
    '@scope/one': { version: '2.0.0', license: { type: 'ISC' } },
  });
  await writeFile(join(root, 'node_modules/plain/LICENSE.txt'), 'Copyright Plain\r\n');
  const sources = [
    'lib/amount.ts',
    'node_modules/plain/index.js',
    'node_modules/plain/lib/deep.js',
    'node_modules/@scope/one/main.js',
    'stub-unused-modules:undici',
  ];
  expect(await findBundledPackages(root, sources)).toEqual([
    { name: '@scope/one', version: '2.0.0', license: 'ISC', texts: [] },
    { name: 'plain', version: '1.0.0', license: 'MIT', texts: ['Copyright Plain'] },
  ]);
});

it('accepts a choice of licenses if one is accepted, and refuses all others by name', async () => {
  const root = await writePackages({
    choice: { version: '1.0.0', license: '(GPL-3.0 OR MIT)' },
    copyleft: { version: '1.0.0', license: 'GPL-3.0' },
  });
  const find = (name: string) => findBundledPackages(root, [`node_modules/${name}/index.js`]);
  expect(await find('choice')).toHaveLength(1);
  await expect(find('copyleft')).rejects.toThrow('not on the list: copyleft');
});

it('prints each license text once, after the packages that it is of', () => {
  const texts = ['The license'];
  const page = renderLicenses([
    { name: 'a', version: '1.0.0', license: 'MIT', texts },
    { name: 'b', version: '2.0.0', license: 'MIT', texts },
  ]);
  expect(page).toContain('a 1.0.0 (MIT)\nb 2.0.0 (MIT)\n\nThe license\n');
});

const zod = { name: 'zod', version: '4.0.0', license: 'MIT', texts: [] };
const whole = {
  serialNumber: 'urn:uuid:1',
  metadata: { timestamp: '2026-11-27T00:00:00Z', component: { 'bom-ref': 'ripcord@0.1.0' } },
  components: [
    { 'bom-ref': 'zod@4.0.0', scope: 'optional', properties: [{ name: 'development' }], hashes: ['h'] },
    { 'bom-ref': 'vitest@5.0.0', scope: 'optional' },
  ],
  dependencies: [
    { ref: 'ripcord@0.1.0', dependsOn: ['zod@4.0.0', 'vitest@5.0.0'] },
    { ref: 'zod@4.0.0', dependsOn: [] },
    { ref: 'vitest@5.0.0', dependsOn: [] },
  ],
};

it('lists in the bill of materials what is bundled, and no time, so that it is the same for the same sources', () => {
  expect(createSbom(whole, [zod])).toEqual({
    metadata: { component: { 'bom-ref': 'ripcord@0.1.0' } },
    components: [{ 'bom-ref': 'zod@4.0.0', scope: 'required', hashes: ['h'] }],
    dependencies: [
      { ref: 'ripcord@0.1.0', dependsOn: ['zod@4.0.0'] },
      { ref: 'zod@4.0.0', dependsOn: [] },
    ],
  });
});

it('names what is installed in another version than the lock file has', () => {
  expect(findUnlocked(whole, [zod])).toEqual([]);
  expect(findUnlocked(whole, [{ ...zod, version: '4.0.1' }])).toEqual(['zod@4.0.1']);
});
