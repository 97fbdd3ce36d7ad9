import { GetCallerIdentityCommand, type GetCallerIdentityResponse, STSClient } from '@aws-sdk/client-sts';
import { stackName } from '../../infra/stack/setting-definitions.ts';
import { noRegion } from '../aws-errors.ts';
import { CliError } from '../cli-error.ts';
import { commandHint } from '../command-hint.ts';
import type { SharedArguments } from '../options.ts';
import { printRemark } from '../terminal.ts';
import { type AwsTarget, findEndpoint, isLackOf, toClientSettings } from './aws-client-settings.ts';
import { describeAwsFailure } from './aws-failure.ts';

/** One deployment of Ripcord: its prefix, in one account and region. */
export interface Stage {
  prefix: string;
  stackName: string;
  account: string;
  region: string;
  /** `aws`, or the name of a separate part of AWS such as `aws-cn`. */
  partition: string;
  target: AwsTarget;
}

/** @throws CliError if there are no usable credentials or no region. */
export async function readStage(prefix: string, { region, profile }: AwsTarget): Promise<Stage> {
  const sts = new STSClient(toClientSettings({ region, profile }));
  const actual = await sts.config.region().catch(async (cause: unknown) => {
    throw await noRegion(cause);
  });
  const identity = await readIdentity(sts);
  return {
    prefix,
    stackName: stackName(prefix),
    account: identity.Account ?? '',
    region: actual,
    partition: identity.Arn?.split(':')[1] ?? 'aws',
    // Every later client acts on the region that was shown.
    target: { region: actual, profile },
  };
}

/** The account of an emulator without STS. */
const noAccount = '000000000000';

function readIdentity(sts: STSClient): Promise<Pick<GetCallerIdentityResponse, 'Account' | 'Arn'>> {
  return sts.send(new GetCallerIdentityCommand({})).catch((cause: unknown) => {
    if (isLackOf(findEndpoint('STS'), cause)) {
      printRemark(`This STS endpoint does not report the AWS account: ${noAccount} is used in names.`);
      return { Account: noAccount };
    }
    const advice =
      'Nothing was changed. Check the AWS credentials, for example with "aws sts get-caller-identity".';
    throw new CliError(
      'unreachable',
      `AWS did not accept the request (${describeAwsFailure(cause)}). ${advice}`,
      {
        cause,
      },
    );
  });
}

/** @returns the stage in words, so that a forgotten prefix or profile is seen before anything changes. */
export function describeStage({ prefix, stackName: name, account, region }: Stage): string {
  return `Stage ${prefix} (stack ${name}) in account ${account}, ${region}`;
}

/** @returns the options that select the admin function of the stage. */
export function toAdminTarget({ prefix, target }: Stage): SharedArguments {
  return { json: false, local: undefined, prefix, region: target.region, profile: target.profile };
}

/** @returns the target of a command to copy. The default prefix needs no option. */
function toHintTarget(stage: Stage): SharedArguments {
  const { prefix: _, ...others } = toAdminTarget(stage);
  return { ...others, prefix: stage.prefix === 'ripcord' ? undefined : stage.prefix };
}

/** @returns a command to copy that acts on the stage. */
export function hintFor(stage: Stage, words: string): string {
  return commandHint(words, toHintTarget(stage));
}
