import type { Argv } from 'yargs';
import { commandHint } from '../command-hint.ts';
import type { SharedArguments } from '../options.ts';
import { printResult } from '../terminal.ts';
import { type DeployOptions, deployOptions, parseDeployArguments } from './deploy-arguments.ts';
import type { Deployment } from './deploy-stack.ts';

export const deploySummary = 'Creates the stack in your AWS account, or updates it';

export function buildDeploy(yargs: Argv<SharedArguments>) {
  return yargs
    .options(deployOptions)
    .example('$0 deploy --set notifyEmail=me@example.org', 'the first deployment')
    .example('$0 deploy', 'a new version; every setting keeps its value')
    .example('$0 deploy --unset domainName --unset certificateArn', 'removes the domain');
}

export async function runDeploy(options: DeployOptions): Promise<void> {
  const args = parseDeployArguments(options);
  // Loads the AWS clients.
  const { deployStack } = await import('./deploy-stack.ts');
  const deployment = await deployStack(args);
  printResult(options, toResult(deployment), () => describeDeployment(deployment, options));
}

function toResult({ stage, result, stack }: Deployment) {
  const { prefix, stackName, account, region } = stage;
  const outputs = Object.fromEntries(
    (stack.Outputs ?? []).map(({ OutputKey: name = '', OutputValue: value = '' }) => [name, value]),
  );
  return { prefix, stackName, account, region, result, outputs };
}

const sentences = {
  created: 'is deployed',
  updated: 'is updated',
  unchanged: 'is up to date: there was nothing to change',
};

function describeDeployment(deployment: Deployment, options: DeployOptions): string {
  const { prefix, result, outputs } = toResult(deployment);
  const next = commandHint('accounts add main --exchange binance', options);
  return [
    `Stage ${prefix} ${sentences[result]}.`,
    ...(outputs.BaseUrl === undefined ? [] : [`Links start with ${outputs.BaseUrl}`]),
    ...(result === 'created' ? [`Next: ${next}`] : []),
  ].join('\n');
}
