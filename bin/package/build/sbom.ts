import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { BundledPackage } from './bundled-packages.ts';

const run = promisify(execFile);

const sbomSchema = z.looseObject({
  serialNumber: z.string(),
  metadata: z.looseObject({ timestamp: z.string(), component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), scope: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
type Sbom = z.infer<typeof sbomSchema>;

/** @returns npm's CycloneDX document of everything that the lock file names, development tools included. */
export async function readWholeSbom(root: string): Promise<Sbom> {
  const { npm_execpath: npm, ...environment } = process.env;
  const words = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
  // Options of the npm that runs this build, such as --json, are not meant for this one.
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('npm_')));
  const [program, ...before] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const { stdout } = await run(program ?? 'npm', [...before, ...words], {
    cwd: root,
    env,
    maxBuffer: 2 ** 26,
  });
  return sbomSchema.parse(JSON.parse(stdout));
}

/** @returns what is installed in another version than the lock file names, so that the document would not be true. */
export function findUnlocked({ components }: Sbom, packages: readonly BundledPackage[]): string[] {
  const locked = new Set(components.map((component) => component['bom-ref']));
  return packages.map(({ name, version }) => `${name}@${version}`).filter((each) => !locked.has(each));
}

/**
 * @returns the software bill of materials of the npm package: npm's document, reduced to the packages that are in the
 * bundles. It has no time and no random number, so that the same sources give the same package.
 */
export function createSbom(whole: Sbom, packages: readonly BundledPackage[]): object {
  const { serialNumber: _, metadata, components, dependencies, ...rest } = whole;
  const { timestamp: __, ...others } = metadata;
  const bundled = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const isBundled = (ref: string) => bundled.has(ref);
  const own = metadata.component['bom-ref'];
  return {
    ...rest,
    metadata: others,
    components: components
      .filter((component) => isBundled(component['bom-ref']))
      // npm knows them as development dependencies, which this package does not install.
      .map(({ properties: ___, ...component }) => ({ ...component, scope: 'required' })),
    dependencies: dependencies
      .filter(({ ref }) => ref === own || isBundled(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isBundled) })),
  };
}
