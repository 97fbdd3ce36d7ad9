import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RipcordStack } from '../infra/stack/ripcord-stack.ts';
import { writeEmptyFunctions } from '../test/infra/stack/empty-functions.ts';

/** @returns the template that the pages about it are made of. A template does not contain the functions' code. */
export async function synthesize(): Promise<Template> {
  const functionsFolder = await mkdtemp(join(tmpdir(), 'ripcord-functions-'));
  try {
    await writeEmptyFunctions(functionsFolder);
    return Template.fromStack(new RipcordStack(new App(), 'Ripcord', { prefix: 'ripcord', functionsFolder }));
  } finally {
    await rm(functionsFolder, { recursive: true });
  }
}
