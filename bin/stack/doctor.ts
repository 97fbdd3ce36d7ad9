import type { Argv } from 'yargs';
import { stackName } from '../../infra/stack/setting-definitions.ts';
import { CliError } from '../cli-error.ts';
import { parseDestination, type SharedArguments } from '../options.ts';
import { printRemark, printResult } from '../terminal.ts';
import type { Finding } from './doctor/finding.ts';
import { describeFindings } from './doctor/findings-text.ts';
import { judgeOperation } from './doctor/judge-operation.ts';
import { checkPrefix } from './prefix.ts';

export const doctorSummary =
  "Checks the deployment, the accounts and the links' address, and states what to do";

export function buildDoctor(yargs: Argv<SharedArguments>) {
  return yargs
    .example('$0 doctor', 'each check with what to do; exit code 1 if something is wrong')
    .example('$0 doctor --json', 'for a program')
    .example('$0 doctor --local', 'the local stack');
}

export async function runDoctor(args: SharedArguments): Promise<void> {
  const destination = parseDestination(args, process.env);
  const findings = await (destination.kind === 'local'
    ? examineLocal({ ...args, local: destination.url }, destination.url)
    : examineCloud(args));
  const failed = findings.filter(({ state }) => state === 'failed').length;
  printResult(args, { ok: failed === 0, checks: findings }, () => describeFindings(findings, args));
  if (failed > 0) throw new CliError('unhealthy', `${failed === 1 ? '1 check' : `${failed} checks`} failed.`);
}

async function examineLocal(args: SharedArguments, url: string): Promise<Finding[]> {
  const { readOperation } = await import('./doctor/read-operation.ts');
  const facts = await readOperation(args, Promise.resolve(url));
  return judgeOperation(facts, { now: Date.now(), createdAt: undefined });
}

async function examineCloud(args: SharedArguments): Promise<Finding[]> {
  const prefix = checkPrefix(args.prefix ?? 'ripcord', 'Nothing was checked.');
  const { readCloud } = await import('./doctor/read-cloud.ts');
  const { readOperation } = await import('./doctor/read-operation.ts');
  const { judgeCloud } = await import('./doctor/judge-cloud.ts');
  if (!args.json)
    printRemark(`Checking the stack ${stackName(prefix)}. CloudFormation compares it for up to 90 s.`);
  const reads = readCloud(args, prefix);
  const stack = reads.stack.then((found) => ('value' in found ? found.value : undefined));
  const baseUrl = stack.then((found) => found?.outputs.BaseUrl);
  const [cloud, operation, deployed] = await Promise.all([reads.all, readOperation(args, baseUrl), stack]);
  // Every other check would fail for the same reason.
  if ('unread' in cloud.identity && cloud.identity.unread.kind === 'unauthenticated')
    return judgeCloud(cloud).filter(({ check }) => check === 'credentials');
  if ('value' in cloud.stack && cloud.stack.value === undefined) return judgeCloud(cloud);
  const times = { now: Date.now(), createdAt: deployed?.createdAt };
  return [...judgeCloud(cloud), ...judgeOperation(operation, times)];
}
