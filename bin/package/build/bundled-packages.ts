import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Old packages write an object. */
const licenseSchema = z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]);
const packageFileSchema = z.object({ name: z.string(), version: z.string(), license: licenseSchema });

/** Another project's package of which the npm package holds code. */
export interface BundledPackage {
  name: string;
  version: string;
  license: string;
  /** The texts of its license and of its notices, which have to come with its code. */
  texts: string[];
}

/** Licenses that allow this project to pass the code on under its own. Another one ends the build. */
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
]);

/**
 * @param sources paths of source files, relative to `root`.
 * @returns the packages that they are from, by name and version.
 */
export async function findBundledPackages(
  root: string,
  sources: readonly string[],
): Promise<BundledPackage[]> {
  const folders = new Set(sources.flatMap((source) => findPackageFolder(source) ?? []));
  const packages = await Promise.all([...folders].map((folder) => readPackage(join(root, folder))));
  const unique = new Map(packages.map((each) => [`${each.name}@${each.version}`, each]));
  const refused = [...unique.values()].filter(({ license }) => !isAccepted(license));
  if (refused.length > 0)
    throw new Error(
      `Packages with a license that is not on the list: ${refused.map(({ name }) => name).join(', ')}`,
    );
  return [...unique.keys()].sort().flatMap((key) => unique.get(key) ?? []);
}

/** @param license an SPDX expression; `(MIT OR Apache-2.0)` leaves the choice to the user. */
function isAccepted(license: string): boolean {
  return license
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((each) => accepted.has(each));
}

/** esbuild writes `/` on every system. */
function findPackageFolder(source: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0];
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const file = packageFileSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const names = (await readdir(folder)).filter((name) => /^(licen[sc]e|notice|copying)\b/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return { ...file, texts: texts.map((text) => text.replaceAll('\r\n', '\n').trim()) };
}

/** @returns the text of THIRD-PARTY-LICENSES: each license once, after the packages that it is of. */
export function renderLicenses(packages: readonly BundledPackage[]): string {
  const groups = Map.groupBy(packages, ({ texts }) => texts.join('\n\n'));
  const sections = [...groups].map(([text, group]) => {
    const names = group.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${names.join('\n')}\n\n${text === '' ? 'The package has no file with its license.' : text}\n`;
  });
  return [
    'Ripcord holds code of the following packages. Their licenses follow their names.\n',
    ...sections,
  ].join(`\n${'-'.repeat(80)}\n\n`);
}
