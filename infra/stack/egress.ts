import { createHash } from 'node:crypto';
import {
  Aws,
  type CfnCondition,
  CfnMapping,
  CfnOutput,
  type CfnResource,
  Fn,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { CfnEIP, CfnInstance, CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { CfnInstanceProfile, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { toArn } from './arn.ts';
import { EgressNetwork } from './egress-network.ts';
import { instanceScript, toUserScript } from './egress-script.ts';
import { RipcordFunction } from './ripcord-function.ts';
import type { StackSettings, Stage } from './settings.ts';

export interface EgressProps extends Stage, Pick<StackSettings, 'egressBuild' | 'conditions'> {
  /** The functions that send requests to exchanges. */
  readonly users: readonly RipcordFunction[];
}

/**
 * EC2 replaces the name by the newest image when it launches an instance. CloudFormation would do so in each update, also
 * of parameters only, and replace the instances: it keeps the name of a parameter in Parameter Store, not its value.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/systems-manager-parameter-types.html
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html#use-an-ssm-parameter-instead-of-an-ami-id
 */
const image = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
/** The instance installs Node, which takes one or two minutes. */
const startTimeout = 'PT10M';

const scriptVersion = createHash('sha256').update(instanceScript).digest('hex').slice(0, 8);

/** The smallest instance, which serves its metadata only to itself and only with a token. */
const instanceProps = {
  instanceType: 't4g.nano',
  // Never more than the instance's own price.
  creditSpecification: { cpuCredits: 'standard' },
  metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled' },
  blockDeviceMappings: [
    { deviceName: '/dev/xvda', ebs: { volumeType: 'gp3', volumeSize: 8, encrypted: true } },
  ],
};

interface ProxyProps {
  readonly condition: CfnCondition;
  readonly subnetId: string;
  /** What has to be complete before this proxy is replaced. */
  readonly after: CfnResource;
}

/**
 * Fixed addresses for the allow-lists of API keys: one or two proxies that only open tunnels to the exchanges. While all are
 * down, requests of accounts with `egress: "stack"` are not sent. Links, notices and other accounts keep working.
 */
export class Egress extends Construct {
  readonly #prefix: string;
  readonly #secretName: string;
  readonly #conditions: EgressProps['conditions'];
  readonly #network: EgressNetwork;
  readonly #secret: CfnSecret;
  /** What both instances have in common. Another version of it replaces them. */
  readonly #launch: CfnLaunchTemplate;
  /** Both instances run the same, and the template can hold it once. */
  readonly #script: CfnMapping;
  readonly #addresses: string;

  constructor(scope: Construct, id: string, { prefix, egressBuild, conditions, users }: EgressProps) {
    super(scope, id);
    const { egress, secondEgress } = conditions;
    this.#prefix = prefix;
    this.#secretName = `${prefix}-egress`;
    this.#conditions = conditions;
    this.#network = new EgressNetwork(this, 'Network', { prefix, condition: egress });
    this.#secret = this.#createSecret();
    this.#launch = this.#createLaunchTemplate(this.#createProfile(), egressBuild);
    const mapping = { Instance: { Script: toUserScript(instanceScript) } };
    this.#script = new CfnMapping(this, 'Script', { mapping });
    const [subnet, otherSubnet] = this.#network.subnets;
    const after = this.#network.route;
    const first = this.#addProxy('Egress1', { condition: egress, subnetId: subnet.ref, after });
    // One after the other: a deployment never replaces both at the same time.
    const second = this.#addProxy('Egress2', {
      condition: secondEgress,
      subnetId: otherSubnet.ref,
      after: first,
    });
    const both = Fn.sub(`\${${this.#toId(first)}},\${${this.#toId(second)}}`);
    this.#addresses = Fn.conditionIf(secondEgress.logicalId, both, first.ref).toString();
    this.#addOutput();
    this.#grantUse(users);
  }

  /** Allows functions to use the proxies. They read the credential only for an account that does. */
  #grantUse(functions: readonly RipcordFunction[]): void {
    // Parameter Store passes the secret on, so the functions need no other client.
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
    const path = `aws/reference/secretsmanager/${this.#secretName}`;
    const parameter = toArn('ssm', `parameter/${path}`);
    RipcordFunction.grantIf(this.#conditions.egress, {
      scope: this,
      functions,
      variables: { RIPCORD_EGRESS_ADDRESSES: this.#addresses, RIPCORD_EGRESS_SECRET: `ssm:/${path}` },
      permissions: [
        { actions: ['ssm:GetParameter'], resources: [parameter] },
        { actions: ['secretsmanager:GetSecretValue'], resources: [this.#secret.ref] },
      ],
    });
  }

  #addOutput(): void {
    new CfnOutput(Stack.of(this), 'EgressAddresses', {
      value: this.#addresses,
      description: 'What to paste into the allow-lists of API keys',
      condition: this.#conditions.egress,
    });
  }

  /** CloudFormation generates the credential, so that no one who deploys sees it. */
  #createSecret(): CfnSecret {
    const secret = new CfnSecret(this, 'Credential', {
      name: this.#secretName,
      description: `What ${this.#prefix}'s proxies recognize its functions by`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'A rotation would have to restart the proxies. The key only opens tunnels to the exchanges; docs/operations/fixed-addresses.md replaces it.',
    });
    return this.#only(secret, this.#conditions.egress);
  }

  #createProfile(): CfnInstanceProfile {
    const { egress } = this.#conditions;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.#secret.ref] }),
      ],
    });
    for (const { node } of [role, policy]) this.#only(node.defaultChild as CfnResource, egress);
    const profile = new CfnInstanceProfile(this, 'Profile', { roles: [role.roleName] });
    profile.node.addDependency(policy);
    return this.#only(profile, egress);
  }

  #createLaunchTemplate(profile: CfnInstanceProfile, build: string): CfnLaunchTemplate {
    const launch = new CfnLaunchTemplate(this, 'Launch', {
      launchTemplateData: {
        imageId: image,
        ...instanceProps,
        iamInstanceProfile: { arn: profile.attrArn },
        securityGroupIds: [this.#network.group.attrGroupId],
        // Nothing reads the tag: another value is another version of the launch template.
        tagSpecifications: [{ resourceType: 'instance', tags: [{ key: 'egressBuild', value: build }] }],
      },
    });
    return this.#only(launch, this.#conditions.egress);
  }

  /** @returns the address. It stays when its instance is replaced: CloudFormation moves it to the new one. */
  #addProxy(name: string, { condition, subnetId, after }: ProxyProps): CfnEIP {
    const tags = [{ key: 'Name', value: `${this.#prefix}-${name.toLowerCase()}` }];
    // CloudFormation does not replace an instance whose script changes, but one of another name.
    const resource = `${name}Instance${scriptVersion}`;
    const instance = new CfnInstance(this, `${name}Instance`, {
      launchTemplate: { launchTemplateId: this.#launch.ref, version: this.#launch.attrLatestVersionNumber },
      subnetId,
      userData: Fn.base64(this.#toUserData(resource)),
      tags,
    });
    instance.overrideLogicalId(resource);
    instance.cfnOptions.creationPolicy = { resourceSignal: { count: 1, timeout: startTimeout } };
    instance.addResourceDependency(after);
    Validations.of(instance).acknowledge(
      {
        id: 'AwsSolutions-EC28',
        reason:
          'Detailed monitoring costs money. The sweep opens a tunnel through each address every few minutes.',
      },
      {
        id: 'AwsSolutions-EC29',
        reason: 'A replaced instance has to end. It stores nothing, and its address stays.',
      },
    );
    const address = new CfnEIP(this, name, {
      domain: 'vpc',
      instanceId: this.#only(instance, condition).ref,
      tags,
    });
    return this.#only(address, condition);
  }

  #toUserData(resource: string): string {
    const variables = {
      stack: Aws.STACK_NAME,
      resource,
      region: Aws.REGION,
      secret: this.#secret.ref,
    };
    const lines = Object.entries(variables).map(([variable, value]) => `${variable}='${value}'\n`);
    return ['#!/bin/bash\n', ...lines, this.#script.findInMap('Instance', 'Script')].join('');
  }

  /** @returns the resource's name in the template. */
  #toId(resource: CfnResource): string {
    return Stack.of(this).getLogicalId(resource);
  }

  #only<Resource extends CfnResource>(resource: Resource, condition: CfnCondition): Resource {
    resource.cfnOptions.condition = condition;
    return resource;
  }
}
