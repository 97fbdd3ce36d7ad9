/**
 * Builds the npm package into dist/package. `npm pack` and `npm publish` run it first. The package has no dependencies:
 * npm would run their install scripts, and the functions could differ from the tested ones.
 */
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPage } from '../../console/server/build-page.ts';
import { bundleFunctions, functionNames } from '../../infra/bundle/bundle.ts';
import { buildTemplate } from './build/build-template.ts';
import { bundleCommandLine } from './build/bundle-command-line.ts';
import { findBundledPackages, renderLicenses } from './build/bundled-packages.ts';
import { createSbom, findUnlocked, readWholeSbom } from './build/sbom.ts';
import { packFunctions } from './prebuilt/function-archive.ts';

const root = join(import.meta.dirname, '..', '..');
const out = join(root, 'dist', 'package');
const builtFunctions = join(root, 'dist', 'package-functions');

async function build(): Promise<void> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const [functions, program, page] = await Promise.all([
    bundleFunctions({ out: builtFunctions }),
    bundleCommandLine(out),
    buildPage(),
  ]);
  await writeFile(join(out, 'functions.json.br'), await packFunctions(builtFunctions, functionNames));
  await writeFile(join(out, 'template.json'), buildTemplate(builtFunctions));
  await writeFile(join(out, 'page.json'), JSON.stringify(Object.fromEntries(page.files)));
  const sources = [...functions.flatMap((each) => each.sources), ...program, ...page.sources];
  const packages = await findBundledPackages(root, sources);
  await writeFile(join(out, 'THIRD-PARTY-LICENSES'), renderLicenses(packages));
  const sbom = await readWholeSbom(root);
  rejectUnlocked(findUnlocked(sbom, packages));
  await writeFile(join(out, 'sbom.json'), JSON.stringify(createSbom(sbom, packages)));
}

/** A package that is published holds what the lock file names. Another one may be for a test. */
function rejectUnlocked(packages: readonly string[]): void {
  if (packages.length === 0) return;
  const text = `Installed, but not in package-lock.json: ${packages.join(', ')}. Run npm ci.`;
  if (process.env.npm_command === 'publish') throw new Error(text);
  process.stderr.write(`${text} Without it, this package must not be published.\n`);
}

async function measure(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
  const files = (await Promise.all(names.map((name) => stat(name)))).filter((file) => file.isFile());
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return `${files.length} files, ${Math.round(bytes / 1000)} kB`;
}

await build();
process.stderr.write(`dist/package: ${await measure(out)}\n`);
