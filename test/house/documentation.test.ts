import { access, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { readDocFiles, type SourceFile } from './source-files.ts';

const root = new URL('../..', import.meta.url).pathname;
const pages = (await readDocFiles(root)).filter(({ path }) => path.endsWith('.md'));

/** As GitHub makes an anchor of a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(/\s/g, '-');
}

function anchorsOf({ text }: SourceFile): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => toAnchor(heading));
}

/** @returns what a page links to inside the project, without code blocks. */
function localLinks({ path, text }: SourceFile): { target: string; anchor: string | undefined }[] {
  return [...text.replaceAll(/```.*?```/gs, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = '', anchor] = link.split('#');
      return { target: file === '' ? path : normalize(join(dirname(path), file)), anchor };
    });
}

async function exists(path: string): Promise<boolean> {
  return access(join(root, path)).then(
    () => true,
    () => false,
  );
}

it.each(pages)('links only to files and headings that exist: $path', async (page) => {
  for (const { target, anchor } of localLinks(page)) {
    expect(await exists(target), target).toBe(true);
    const linked = pages.find(({ path }) => path === target);
    if (anchor !== undefined && linked !== undefined) expect(anchorsOf(linked)).toContain(anchor);
  }
});

it.each(pages)('names only files and folders that exist: $path', async ({ text }) => {
  const named = [...text.matchAll(/`((?:bin|console|docs|functions|infra|lib|test)\/[\w./-]*)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !path.endsWith('-'));
  for (const path of named) expect(await exists(path), path).toBe(true);
});

it.each(pages)('names only scripts that package.json has: $path', ({ text }) => {
  const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
  expect(Object.keys(packageFile.scripts)).toEqual(expect.arrayContaining(named));
});

it('every page of the documentation is linked from the README', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const linked = localLinks({ path: 'README.md', text: readme }).map(({ target }) => target);
  const listed = pages
    .map(({ path }) => path)
    .filter((path) => path.startsWith('docs/') && !/^docs\/decisions\/\d/.test(path));
  expect(linked).toEqual(expect.arrayContaining(listed));
});
