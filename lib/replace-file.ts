import { chmod, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a draft that only its owner can read, and renames it: a crash leaves the old file or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(draft, 0o600);
  await rename(draft, path);
}

/**
 * @returns what changes a JSON file: it reads the content, edits it and writes the result. Changes run one after another,
 * because two at the same time would lose one of them.
 */
export function createFileChanger<Content>(
  path: string,
  read: () => Promise<Content>,
): (edit: (content: Content) => Content) => Promise<void> {
  let lastChange: Promise<unknown> = Promise.resolve();
  return (edit) => {
    const next = lastChange.then(async () =>
      replaceFile(path, `${JSON.stringify(edit(await read()), null, 2)}\n`),
    );
    lastChange = next.catch(() => undefined);
    return next;
  };
}
