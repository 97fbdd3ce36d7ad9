import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { stackName } from '../../infra/stack/setting-definitions.ts';
import { CliError } from '../cli-error.ts';
import { zipFolder } from './zip-folder.ts';

/** A CloudFormation template, as far as a deployment reads it. */
export interface Template {
  Parameters?: Record<string, object>;
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown>; Metadata?: object }>;
}

/** What a deployment needs. */
export interface Deployable {
  /** Each function's Code has the S3Key `<hash>.zip`. The deployment replaces bucket and key. */
  template: Template;
  /** The functions' code. The name is the FunctionName without the prefix, such as `trigger`. */
  functions: readonly { name: string; zip: Uint8Array }[];
}

const app = fileURLToPath(new URL('../../infra/app.ts', import.meta.url));

/**
 * Builds the functions and synthesizes the template with CDK, the one source of both.
 * @throws CliError with CDK's output if that fails.
 */
export async function readDeployable(prefix: string): Promise<Deployable> {
  if (!existsSync(app)) throw new CliError('internal', 'The template is missing. Install the package again.');
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-synth-'));
  try {
    await synthesize(prefix, folder);
    const template = await readFile(join(folder, `${stackName(prefix)}.template.json`), 'utf8');
    return await readSynthesized(JSON.parse(template), prefix, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs the CDK app as `cdk synth` does: https://docs.aws.amazon.com/cdk/v2/guide/apps.html */
async function synthesize(prefix: string, folder: string): Promise<void> {
  const child = spawn(process.execPath, [app], {
    env: { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ prefix }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  const [output, code] = await Promise.all([text(child.stderr), ended]);
  if (code !== 0)
    throw new CliError('failed', `The stack can't be synthesized. Nothing was deployed.\n${output}`);
}

async function readSynthesized(template: Template, prefix: string, folder: string): Promise<Deployable> {
  const functions = findFunctions(template, prefix).map(async ({ name, hash }) => ({
    name,
    zip: await zipFolder(join(folder, `asset.${hash}`)),
  }));
  return { template, functions: await Promise.all(functions) };
}

/** @returns each function's name without the prefix, and the name of its code. */
function findFunctions(template: Template, prefix: string): { name: string; hash: string }[] {
  return Object.values(template.Resources).flatMap(({ Type: type, Properties: properties }) => {
    if (type !== 'AWS::Lambda::Function') return [];
    const { FunctionName: name, Code: code } = properties as {
      FunctionName: string;
      Code: { S3Key: string };
    };
    return [{ name: name.slice(`${prefix}-`.length), hash: code.S3Key.replace(/\.zip$/, '') }];
  });
}
