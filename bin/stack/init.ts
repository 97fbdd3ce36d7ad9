import type { Argv } from 'yargs';
import type { SharedArguments } from '../options.ts';
import { readSecretText } from '../secrets.ts';
import { printResult } from '../terminal.ts';
import { parseDeployArguments } from './deploy-arguments.ts';
import { type InitOptions, initOptions } from './init-options.ts';
import type { InitResult } from './init-stage.ts';

export const initSummary =
  'Deploys, stores an account, adopts or opens a position, and creates its first link';

export function buildInit(yargs: Argv<SharedArguments>) {
  return yargs
    .options(initOptions)
    .example('$0 init', 'asks for everything; a second run skips what is done')
    .example(
      '$0 init --yes --notify none --exchange binance --symbol BTC/USDT --side long --amount 0.5 < keys.json',
      'adopts coins you hold; keys.json is {"apiKey":"…","secret":"…"}',
    )
    .example(
      '$0 init --yes --set notifyEmail=me@example.org --exchange bybit --symbol BTC/USDT --side long --type market --cost 100 < keys.json',
      'opens a position',
    );
}

export async function runInit(options: InitOptions): Promise<void> {
  const args = parseDeployArguments(options);
  const { readInitPlan } = await import('./init-plan.ts');
  const plan = await readInitPlan(options, await readSecretText({ stdin: false }));
  // Loads the AWS clients.
  const { initStage } = await import('./init-stage.ts');
  const result = await initStage(args, plan);
  printResult(options, result, () => describeResult(result));
}

function describeResult({ url, linkId }: InitResult): string {
  return url ?? `Link ${linkId} is armed. To get a new URL, create another link: ripcord links create`;
}
