import { mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll } from 'vitest';
import { RipcordStack } from '../../../infra/stack/ripcord-stack.ts';
import { stackName } from '../../../infra/stack/setting-definitions.ts';
import { deployed, type Values } from './deployed.ts';
import { writeEmptyFunctions } from './empty-functions.ts';

let functionsFolder: string;
const templates = new Map<string, Template>();

/** Lets all tests of a file create stacks. Their functions are empty files, because templates do not contain their code. */
export function prepareStacks(): void {
  beforeAll(async () => {
    functionsFolder = await mkdtemp(join(tmpdir(), 'ripcord-functions-'));
    await writeEmptyFunctions(functionsFolder);
    // Loading CDK takes longer than any test.
    templateFor();
  });
  afterAll(() => rm(functionsFolder, { recursive: true }));
}

/** Its output is deleted after the tests of the file. */
export function createApp(): App {
  return new App({ outdir: mkdtempSync(join(functionsFolder, 'cdk-')) });
}

export function createStack(prefix = 'ripcord', app = createApp()): RipcordStack {
  return new RipcordStack(app, stackName(prefix), { prefix, functionsFolder });
}

/** What is deployed with these settings. Files share the templates, because synthesizing one takes longer than any test. */
export function templateFor(values: Values = {}, prefix = 'ripcord'): Template {
  const template = templates.get(prefix) ?? Template.fromStack(createStack(prefix));
  templates.set(prefix, template);
  return deployed(template, values);
}
