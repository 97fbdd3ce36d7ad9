import { join } from 'node:path';
import {
  Aws,
  type CfnCondition,
  type Duration,
  Fn,
  Lazy,
  RemovalPolicy,
  Token,
  Validations,
} from 'aws-cdk-lib';
import {
  type CfnPolicy,
  type Conditions,
  Policy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type CfnFunction,
  Code,
  type EventInvokeConfigOptions,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from '../bundle/bundle.ts';
import { toArn } from './arn.ts';
import { leastJournalDays } from './setting-definitions.ts';
import type { StackSettings } from './settings.ts';

type ParameterAction = 'GetParameter' | 'PutParameter' | 'DeleteParameter' | 'GetParametersByPath';

/** Actions on resources, each named in full. */
interface Permission {
  readonly actions: string[];
  readonly resources: string[];
  readonly conditions?: Conditions;
}

interface ConditionalGrant {
  /** What the policy belongs to. */
  readonly scope: Construct;
  readonly functions: readonly RipcordFunction[];
  readonly variables: Readonly<Record<string, string>>;
  readonly permissions: readonly Permission[];
}

/** What the functions have in common. */
export interface CommonFunctionProps
  extends Pick<StackSettings, 'logRetentionDays' | 'linksHalted' | 'conditions'> {
  readonly prefix: string;
  /** The folder that holds one built folder per function. */
  readonly functionsFolder: string;
  /** The CloudWatch namespace of its metrics. Metrics are log lines, so they need no permission. */
  readonly metrics: string;
}

export interface RipcordFunctionProps extends CommonFunctionProps, EventInvokeConfigOptions {
  readonly name: FunctionName;
  /** What the function does, shown in the AWS console. */
  readonly description: string;
  /** What fails and what still works while the function fails, in sentences. Its alarms quote it. */
  readonly errorImpact: string;
  readonly timeout: Duration;
  /** In MB. Lambda assigns CPU in proportion: 1769 MB is one vCPU. */
  readonly memorySize: number;
  /** Reserved for this function, and its maximum, if the condition is true. */
  readonly reservedExecutions?: { readonly count: number; readonly if: CfnCondition };
}

const acceptedFindings = [
  {
    id: 'Serverless-LambdaDLQ',
    reason:
      'Callers of the trigger and the admin function wait for the response. The next sweep, a minute later, repairs a failed one; its event carries no data. Alarms report both.',
  },
  {
    id: 'Serverless-LambdaTracing',
    reason:
      'Without the X-Ray SDK, a trace shows what the REPORT line shows, and an HTTP API has no traces. Tracing needs two permissions on every resource. Exchange time is a metric and part of each hit record.',
  },
];

/** A function with its own role and log group. It may write its own log and do what is granted here. */
export class RipcordFunction extends Construct {
  readonly name: FunctionName;
  /** The name with its prefix, as AWS knows it. */
  readonly functionName: string;
  readonly errorImpact: string;
  readonly lambda: LambdaFunction;
  readonly #role: Role;
  /** Paths of the parameters that the function may decrypt. */
  readonly #decrypted: string[] = [];

  constructor(scope: Construct, id: string, props: RipcordFunctionProps) {
    super(scope, id);
    const { name, prefix, functionsFolder, metrics, errorImpact, ...others } = props;
    const {
      logRetentionDays,
      linksHalted,
      conditions,
      reservedExecutions: reserved,
      ...lambdaProps
    } = others;
    this.name = name;
    this.errorImpact = errorImpact;
    this.functionName = `${prefix}-${name}`;
    const retention = Fn.conditionIf(conditions.shortLogs.logicalId, leastJournalDays, logRetentionDays);
    const logGroup = this.#createLogGroup(this.functionName, Token.asNumber(retention));
    // CDK's default role has a managed policy that allows writes to every log group.
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.lambda = new LambdaFunction(this, 'Function', {
      ...lambdaProps,
      functionName: this.functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(functionsFolder, name)),
      handler: 'index.handler',
      role: this.#role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
    if (reserved !== undefined)
      (this.lambda.node.defaultChild as CfnFunction).addPropertyOverride(
        'ReservedConcurrentExecutions',
        Fn.conditionIf(reserved.if.logicalId, reserved.count, Aws.NO_VALUE),
      );
    // Never read from the table: while links are halted, a restored table takes its place.
    this.grant({ RIPCORD_METRICS: metrics, RIPCORD_LINKS_HALTED: linksHalted }, [
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
    ]);
    Validations.of(this.lambda).acknowledge(...acceptedFindings);
  }

  /**
   * Without this group, Lambda creates one on the first call and never deletes it. The group is deleted with the
   * stack, because a new stack needs its name; outcomes are in the table, which stays.
   */
  #createLogGroup(functionName: string, retention: number): LogGroup {
    return new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** Grants permissions together with the environment variables that name their resources. */
  grant(variables: Readonly<Record<string, string>>, permissions: readonly Permission[]): void {
    for (const [name, value] of Object.entries(variables)) this.lambda.addEnvironment(name, value);
    for (const permission of permissions) this.#role.addToPolicy(new PolicyStatement(permission));
  }

  /** Grants the same to each function, in one policy that exists only if the condition is true. */
  static grantIf(
    condition: CfnCondition,
    { scope, functions, variables, permissions }: ConditionalGrant,
  ): void {
    for (const { lambda } of functions)
      for (const [name, value] of Object.entries(variables))
        lambda.addEnvironment(name, Fn.conditionIf(condition.logicalId, value, Aws.NO_VALUE).toString());
    const statements = permissions.map((permission) => new PolicyStatement(permission));
    const roles = functions.map((each) => each.#role);
    const policy = new Policy(scope, `If${condition.node.id}`, { statements, roles });
    (policy.node.defaultChild as CfnPolicy).cfnOptions.condition = condition;
  }

  /** Grants actions on the accounts under a Parameter Store path, one SecureString each, and their decryption. */
  grantAccounts(path: string, actions: readonly ParameterAction[]): void {
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${path}/*]`,
      reason: 'The command line adds and removes accounts; the path holds nothing else.',
    });
    const listing = actions.filter((action) => action === 'GetParametersByPath');
    const others = actions.filter((action) => action !== 'GetParametersByPath');
    this.grant({ RIPCORD_ACCOUNTS: `ssm:${path}` }, [
      { actions: others.map((action) => `ssm:${action}`), resources: [toParameterArn(`${path}/*`)] },
      // It is authorized against the path of the request, not against the parameters that it returns.
      // https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html
      ...listing.map((action) => ({ actions: [`ssm:${action}`], resources: [toParameterArn(path)] })),
    ]);
    this.#grantDecryption(`${path}/*`);
  }

  /** Grants actions on the notification channels: one SecureString, and its decryption. */
  grantChannels(
    path: string,
    actions: readonly Extract<ParameterAction, 'GetParameter' | 'PutParameter'>[],
  ): void {
    this.grant({ RIPCORD_NOTIFY: `ssm:${path}` }, [
      { actions: actions.map((action) => `ssm:${action}`), resources: [toParameterArn(path)] },
    ]);
    this.#grantDecryption(path);
  }

  /**
   * Grants the encryption of parameters with the stack's own key. Parameter Store calls Encrypt for a standard parameter
   * and GenerateDataKey for an advanced one, which the AWS account's default tier can make of each.
   * https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
   */
  grantEncryption({ keyArn }: IKey, paths: readonly string[]): void {
    this.grant({ RIPCORD_KMS_KEY: keyArn }, [
      {
        actions: ['kms:Encrypt', 'kms:GenerateDataKey'],
        resources: [keyArn],
        conditions: onlyFor(paths),
      },
    ]);
  }

  /**
   * With any key of this AWS account, because parameters outlive the stack: another stack's key may have encrypted them, or
   * a key of the owner's own.
   */
  #grantDecryption(path: string): void {
    Validations.of(this.#role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]',
      reason: "The condition allows only what Parameter Store encrypted for the function's own parameters.",
    });
    this.#decrypted.push(path);
    if (this.#decrypted.length > 1) return;
    const anyKey = toArn('kms', 'key/*');
    this.grant({}, [{ actions: ['kms:Decrypt'], resources: [anyKey], conditions: onlyFor(this.#decrypted) }]);
  }
}

/** Parameter Store passes the parameter's ARN to KMS as the encryption context. */
function onlyFor(paths: readonly string[]): Conditions {
  const arns = Lazy.any({ produce: () => paths.map(toParameterArn) });
  return { StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': arns } };
}

function toParameterArn(path: string): string {
  return toArn('ssm', `parameter${path}`);
}
