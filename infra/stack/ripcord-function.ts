import { join } from 'node:path';
import { type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type EventInvokeConfigOptions,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from '../bundle/bundle.ts';

type AccountAction = 'GetParameter' | 'PutParameter' | 'DeleteParameter' | 'GetParametersByPath';

/** Actions and resources, each named in full. */
interface Right {
  readonly actions: string[];
  readonly resources: string[];
  readonly conditions?: Conditions;
}

interface RipcordFunctionProps extends EventInvokeConfigOptions {
  readonly name: FunctionName;
  /** What the function is for, shown in the console. */
  readonly description: string;
  readonly prefix: string;
  /** The folder that holds one built folder per function. */
  readonly functionsFolder: string;
  readonly logRetentionDays: number;
  /** CloudWatch's namespace for its metrics. They are lines of its log, so that there is no right for them. */
  readonly metrics: string;
  readonly timeout: Duration;
  /** In MB. Lambda gives processor time in proportion: 1769 is one whole processor. */
  readonly memorySize: number;
  readonly reservedConcurrentExecutions?: number;
}

/** One function with a role and a log group of its own. It may do what is granted here and write its own log. */
export class RipcordFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: RipcordFunctionProps) {
    super(scope, id);
    const { name, prefix, functionsFolder, logRetentionDays, metrics, ...lambdaProps } = props;
    const functionName = `${prefix}-${name}`;

    // Made here, or Lambda makes it on the first call and keeps it for ever. It goes with the stack, or its name
    // would be taken when the stack comes back; outcomes are in the table, which stays.
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    // A role of its own instead of the one CDK would make: that one carries a managed policy for all log groups.
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.lambda = new LambdaFunction(this, 'Function', {
      ...lambdaProps,
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(functionsFolder, name)),
      handler: 'index.handler',
      role: this.#role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
    this.grant({ RIPCORD_METRICS: metrics }, [
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
    ]);
    Validations.of(this.lambda).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'The trigger and the admin function are only called by somebody who waits for the answer. A sweep that failed is made good by the next, a minute later; its event says nothing that could be kept. Alarms tell of both.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason:
          'Without the SDK of X-Ray in the bundle a trace shows what the line REPORT shows, and an HTTP API has none; it takes two rights on every resource. Exchange time is a metric and in the history of each hit.',
      },
    );
  }

  /** Rights and the variable that says where to use them, together, so that neither is forgotten. */
  grant(variables: Readonly<Record<string, string>>, rights: readonly Right[]): void {
    for (const [name, value] of Object.entries(variables)) this.lambda.addEnvironment(name, value);
    for (const right of rights) this.#role.addToPolicy(new PolicyStatement(right));
  }

  /**
   * The accounts under a path of Parameter Store, one SecureString each. AWS's own key for it decrypts for
   * whoever may read the parameter, so there is no right on a key.
   */
  grantAccounts(path: string, actions: readonly AccountAction[]): void {
    const arn = this.#parameterArn(path);
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${path}/*]`,
      reason: 'Accounts come and go with `ripcord accounts add`; nothing else is under this path.',
    });
    const listed = actions.includes('GetParametersByPath');
    this.grant({ RIPCORD_ACCOUNTS: `ssm:${path}` }, [
      { actions: actions.map((action) => `ssm:${action}`), resources: [`${arn}/*`] },
      // A list is asked of the path itself.
      ...(listed ? [{ actions: ['ssm:GetParametersByPath'], resources: [arn] }] : []),
    ]);
  }

  /** The notification channels, all in one SecureString. */
  grantChannels(path: string): void {
    this.grant({ RIPCORD_NOTIFY: `ssm:${path}` }, [
      { actions: ['ssm:GetParameter'], resources: [this.#parameterArn(path)] },
    ]);
  }

  #parameterArn(path: string): string {
    return Stack.of(this).formatArn({ service: 'ssm', resource: 'parameter', resourceName: path.slice(1) });
  }
}
