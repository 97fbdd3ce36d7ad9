import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { DeployArguments } from './deploy-arguments.ts';
import type { Template } from './deployable.ts';

/** What grants access: `cdk deploy` asks before it changes these, too. */
const grants = /^AWS::(IAM::|KMS::Key$|Lambda::Permission$|SNS::TopicPolicy$|S3::BucketPolicy$)/;

/** @returns whether the new template can grant what the deployed one does not. */
export function isBroader(deployed: Template | undefined, next: Template): boolean {
  return Object.entries(next.Resources).some(([id, { Type: type, Properties: properties }]) => {
    const before = deployed?.Resources[id]?.Properties;
    return grants.test(type) && JSON.stringify(before) !== JSON.stringify(properties);
  });
}

/**
 * @returns whether a change needs an answer. Without a terminal, settings that the command line names need none, as
 * `cdk deploy` has it; a template that grants more does.
 */
export function needsAnswer(
  { yes, requireApproval }: Pick<DeployArguments, 'yes' | 'requireApproval'>,
  { hasTerminal, broader }: { hasTerminal: boolean; broader: boolean },
): boolean {
  if (yes) return false;
  const asksAlways = requireApproval === 'any-change' || (hasTerminal && requireApproval === undefined);
  return asksAlways || broader;
}

/** @returns a summary, and each resource that the change removes or replaces. */
export function describeResources(resources: readonly ResourceChange[]): string[] {
  const count = (action: string) => resources.filter(({ Action }) => Action === action).length;
  const gone = resources.filter(({ Action, Replacement }) => Action === 'Remove' || Replacement === 'True');
  return [
    `Resources: ${count('Add')} added, ${count('Modify')} changed, ${count('Remove')} removed.`,
    ...gone.map(
      ({ Action, ResourceType, LogicalResourceId }) =>
        `  ${Action === 'Remove' ? 'removes' : 'replaces'} ${ResourceType} ${LogicalResourceId}`,
    ),
  ];
}

/**
 * @returns the table that a change replaces, or may replace: its positions and links would not be in the new one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
 */
export function findReplacedTable(resources: readonly ResourceChange[]): string | undefined {
  return resources.find(
    ({ ResourceType, Replacement = 'False' }) =>
      ResourceType === 'AWS::DynamoDB::Table' && Replacement !== 'False',
  )?.PhysicalResourceId;
}
