import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readDeployable } from '../../../bin/stack/deployable.ts';
import { withCode } from '../../../bin/stack/with-code.ts';
import { zipFolder } from '../../../bin/stack/zip-folder.ts';

test('A clone deploys the template of its CDK app, with the code of each function and nothing of a bootstrap', {
  timeout: 120_000,
}, async () => {
  const { template, functions } = await readDeployable('warm');
  expect(Object.keys(template.Parameters ?? {})).toContain('notifyEmail');
  expect(JSON.stringify(template)).not.toMatch(/bootstrap/i);
  for (const { zip } of functions) expect(Object.keys(unzipSync(zip))).toContain('index.mjs');

  const places = new Map(functions.map(({ name }) => [name, { bucket: 'code', key: `${name}.zip` }]));
  const { Resources: resources } = withCode(template, 'warm', places);
  const codes = Object.values(resources).flatMap(({ Type: type, Properties: properties }) =>
    type === 'AWS::Lambda::Function' ? [[properties?.FunctionName, properties?.Code]] : [],
  );
  for (const [functionName, code] of codes)
    expect(code).toEqual({ S3Bucket: 'code', S3Key: `${String(functionName).replace('warm-', '')}.zip` });
  expect(codes).toHaveLength(functions.length);
});

test("CDK's metadata is not sent: CloudFormation doesn't need it, and a request has a limit", () => {
  const Resources = { Topic: { Type: 'AWS::SNS::Topic', Metadata: { 'aws:cdk:path': 'Ripcord/Topic' } } };
  expect(withCode({ Resources }, 'warm', new Map())).toEqual({
    Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
  });
});

test('Equal files make an equal zip, whenever they were written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zip-'));
  try {
    await writeFile(join(folder, 'index.mjs'), 'export const handler = 1;');
    const first = await zipFolder(folder);
    await utimes(join(folder, 'index.mjs'), new Date(0), new Date('2026-01-01'));
    expect(await zipFolder(folder)).toEqual(first);
    await writeFile(join(folder, 'index.mjs'), 'export const handler = 2;');
    expect(await zipFolder(folder)).not.toEqual(first);
  } finally {
    await rm(folder, { recursive: true });
  }
});
