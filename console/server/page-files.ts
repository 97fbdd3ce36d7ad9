import type { PageFile } from './build-page.ts';

let built: Promise<ReadonlyMap<string, PageFile>> | undefined;

/**
 * @returns the page's files by name. The first call bundles them from their sources. The npm package has them built
 * already, and another file in this one's place: bin/package/prebuilt/page-files.ts.
 */
export function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  built ??= import('./build-page.ts').then(async ({ buildPage }) => (await buildPage()).files);
  return built;
}
