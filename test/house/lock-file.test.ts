import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';

const lockFileSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      inBundle: z.boolean().optional(),
      resolved: z.string().optional(),
    }),
  ),
});

const root = '';
const text = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8');
const packages = Object.entries(lockFileSchema.parse(JSON.parse(text)).packages).filter(
  ([path]) => path !== root,
);

it('every locked package has a SHA-512 hash, or is part of the package that bundles it', () => {
  const unproven = packages.filter(
    ([, { integrity = '', inBundle }]) => inBundle !== true && !integrity.startsWith('sha512-'),
  );
  expect(
    unproven.map(([path]) => path),
    'Delete these entries from package-lock.json and run: npm install --package-lock-only',
  ).toEqual([]);
});

it('a bundled package is in the folder of a locked package with a hash', () => {
  const proven = new Set(
    packages.filter(([, { integrity }]) => integrity !== undefined).map(([path]) => path),
  );
  const bundled = packages.filter(([, { inBundle }]) => inBundle === true).map(([path]) => path);
  const stray = bundled.filter((path) => ![...proven].some((folder) => path.startsWith(`${folder}/`)));
  expect(stray).toEqual([]);
});

it('the lock file names no download address', () => {
  expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});
