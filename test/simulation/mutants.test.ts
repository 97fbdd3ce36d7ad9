import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { applyEdit, mutants } from './mutants.ts';

test.each(mutants)('the text that the mutant "$name" replaces occurs exactly once', async ({ edits }) => {
  const files = new Map<string, string>();
  for (const edit of edits) {
    const text = files.get(edit.file) ?? (await readFile(edit.file, 'utf8'));
    const edited = applyEdit(text, edit) ?? expect.fail(`${edit.file} does not hold once: ${edit.find}`);
    expect(edited).not.toBe(text);
    files.set(edit.file, edited);
  }
});
