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

it('the documentation links only to files and headings that exist', async () => {
  const broken: string[] = [];
  for (const page of pages)
    for (const { target, anchor } of localLinks(page)) {
      const linked = pages.find(({ path }) => path === target);
      const hasHeading = anchor === undefined || linked === undefined || anchorsOf(linked).includes(anchor);
      if (!(await exists(target)) || !hasHeading) broken.push(`${page.path}: ${target}#${anchor ?? ''}`);
    }
  expect(broken).toEqual([]);
});

it('the documentation names only files and folders that exist', async () => {
  const missing: string[] = [];
  for (const { path: page, text } of pages)
    for (const [, path = ''] of text.matchAll(/`((?:bin|console|docs|functions|infra|lib|test)\/[\w./-]*)`/g))
      if (!(await exists(path))) missing.push(`${page}: ${path}`);
  expect(missing).toEqual([]);
});

it('the documentation names only scripts that package.json has', () => {
  const missing = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/npm run ([\w:]+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !Object.hasOwn(packageFile.scripts, name))
      .map((name) => `${path}: ${name}`),
  );
  expect(missing).toEqual([]);
});

it('every page of the documentation is linked from the README, or from an index of a folder', async () => {
  const indexes = pages.filter(({ path }) => /^docs\/\w+\/README\.md$/.test(path));
  const readme = { path: 'README.md', text: await readFile(join(root, 'README.md'), 'utf8') };
  const linked = [readme, ...indexes].flatMap((page) => localLinks(page).map(({ target }) => target));
  const listed = pages
    .map(({ path }) => path)
    .filter((path) => path.startsWith('docs/') && !/^docs\/decisions\/\d/.test(path));
  expect(linked).toEqual(expect.arrayContaining(listed));
});
