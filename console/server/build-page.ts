import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  type: string;
  content: string;
}

function inApp(name: string): string {
  return fileURLToPath(new URL(`../app/${name}`, import.meta.url));
}

/** Bundles the page from its sources. @returns its files by name, and the source files that the bundle holds. */
export async function buildPage(): Promise<{ files: ReadonlyMap<string, PageFile>; sources: string[] }> {
  const esbuild = await import('esbuild');
  const [{ outputFiles, metafile }, page, icon] = await Promise.all([
    esbuild.build({
      entryPoints: [
        { in: inApp('main.tsx'), out: 'app' },
        { in: inApp('style/app.css'), out: 'app' },
      ],
      outdir: 'out',
      write: false,
      metafile: true,
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      legalComments: 'inline',
      logLevel: 'silent',
    }),
    readFile(inApp('index.html'), 'utf8'),
    readFile(inApp('icon.svg'), 'utf8'),
  ]);
  const output = (extension: string): string =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? '';
  const files = new Map([
    ['', { type: 'text/html; charset=utf-8', content: page }],
    ['app.js', { type: 'text/javascript; charset=utf-8', content: output('.js') }],
    ['app.css', { type: 'text/css; charset=utf-8', content: output('.css') }],
    ['icon.svg', { type: 'image/svg+xml', content: icon }],
  ]);
  return { files, sources: Object.keys(metafile.inputs) };
}
