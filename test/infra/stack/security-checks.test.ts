import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type App, Validations } from 'aws-cdk-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { RipcordStack } from '../../../infra/stack/ripcord-stack.ts';
import { checkSecurity } from '../../../infra/stack/security-checks.ts';
import { createApp, createStack, prepareStacks } from './stacks.ts';

const run = promisify(execFile);

prepareStacks();
// Loading the rules takes longer than any test.
beforeAll(() => void createChecked().app.synth());

function createChecked(): { app: App; stack: RipcordStack } {
  const app = createApp();
  const stack = createStack('ripcord', app);
  checkSecurity(app);
  return { app, stack };
}

const reportSchema = z.object({ pluginReports: z.array(z.object({ violations: z.array(z.unknown()) })) });
async function findingsOf({ outdir }: App): Promise<unknown[]> {
  return reportSchema
    .parse(JSON.parse(await readFile(join(outdir, 'validation-report.json'), 'utf8')))
    .pluginReports.flatMap(({ violations }) => violations);
}

describe('the rules of cdk-nag', () => {
  test('find nothing', async () => {
    const { app } = createChecked();
    app.synth();
    expect(await findingsOf(app)).toEqual([]);
  });

  test('are in effect: without its acknowledgment, a finding fails the synthesis', () => {
    const { app, stack } = createChecked();
    const { node } = stack.node.findChild('Api').node.findChild('Api');
    const { ACKNOWLEDGED_RULES_METADATA_KEY: accepted } = Validations;
    expect(node.metadata.some(({ type }) => type === accepted)).toBe(true);
    // CDK has no API to remove an acknowledgment.
    Object.assign(node, { _metadata: [] });
    expect(() => app.synth()).toThrow(/AwsSolutions-APIG4/);
  });
});

/** cfn-lint loads the whole CloudFormation specification, which takes one core half a minute. */
const lintTimeoutMs = 120_000;

test('the template passes cfn-lint', { timeout: lintTimeoutMs }, async ({ skip }) => {
  const { app } = createChecked();
  app.synth();
  try {
    // W3005 reports explicit dependencies that a reference already implies; CDK writes both. W1030 reports that the default
    // "none" is no ARN: the condition of the domain keeps it from being used.
    await run('cfn-lint', [join(app.outdir, 'Ripcord.template.json'), '-i', 'W3005', 'W1030']);
  } catch (thrown) {
    const { code, stdout } = z.object({ code: z.unknown(), stdout: z.string() }).parse(thrown);
    if (code === 'ENOENT') skip('cfn-lint is not installed: pip install cfn-lint');
    expect(stdout).toBe('');
  }
});
