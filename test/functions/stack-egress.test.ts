import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createStackEgress } from '../../functions/stack-egress.ts';

test('A function without the variables has no fixed addresses', () => {
  expect(createStackEgress({})).toBeUndefined();
});

test("A function reads the stack's addresses from its environment, and the credential when it is needed", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-egress-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'credential');
  const egress = createStackEgress({
    RIPCORD_EGRESS_ADDRESSES: '192.0.2.7,192.0.2.8',
    RIPCORD_EGRESS_SECRET: `file:${path}` as 'file:/x',
  });
  expect(egress?.addresses).toEqual(['192.0.2.7', '192.0.2.8']);
  await writeFile(path, 'secret');
  expect(await egress?.readCredential()).toBe('secret');
});
