import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packFunctions, unpackFunctions } from '../../../bin/package/prebuilt/function-archive.ts';
import { temporaryFolder } from '../../infra/local/temporary-folder.ts';

it('the archive of the functions has each file of each function, with its text', async () => {
  const folder = await temporaryFolder();
  const shared = 'export const text = "100 €, \u2028 and \\n";\n'.repeat(5_000);
  for (const name of ['trigger', 'sweep']) {
    await mkdir(join(folder, name, 'chunks'), { recursive: true });
    await writeFile(join(folder, name, 'index.mjs'), `// ${name}\n`);
    await writeFile(join(folder, name, 'chunks/shared.mjs'), shared);
  }
  const archive = await packFunctions(folder, ['trigger', 'sweep']);
  expect(await unpackFunctions(archive)).toEqual({
    trigger: { 'chunks/shared.mjs': shared, 'index.mjs': '// trigger\n' },
    sweep: { 'chunks/shared.mjs': shared, 'index.mjs': '// sweep\n' },
  });
  expect(archive.length).toBeLessThan(1_000);
});
