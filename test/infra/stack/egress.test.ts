import { gunzipSync } from 'node:zlib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { instanceScript } from '../../../infra/stack/egress-script.ts';
import { exchangeHosts } from '../../../lib/exchange/venues/hosts.ts';
import type { Values } from './deployed.ts';
import { prepareStacks, templateFor } from './stacks.ts';

prepareStacks();

const withProxies = (egressProxies: number) => templateFor({ egressProxies });
const countOf = (template: Template, type: string) => Object.keys(template.findResources(type)).length;

/** The variables of a function's environment that start with this. */
function variablesOf(template: Template, name: string, prefix: string): Record<string, unknown> {
  const [found] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: `ripcord-${name}` } }),
  );
  const all: Record<string, unknown> = found?.Properties.Environment.Variables;
  return Object.fromEntries(Object.entries(all).filter(([variable]) => variable.startsWith(prefix)));
}

function launchOf(template: Template) {
  const [[id, launch] = []] = Object.entries(template.findResources('AWS::EC2::LaunchTemplate'));
  return { id, data: launch?.Properties.LaunchTemplateData };
}

const functions = ['trigger', 'admin', 'sweep'] as const;

describe('Without fixed addresses', () => {
  test('the stack has no instance, no address, no network and no credential', () => {
    const template = withProxies(0);
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>);
    expect(
      types.map(({ Type }) => Type).filter((type) => /EC2|SecretsManager|InstanceProfile/.test(type)),
    ).toEqual([]);
    expect(template.toJSON().Outputs).not.toHaveProperty('EgressAddresses');
  });

  test.each(functions)('the %s function learns of none', (name) => {
    expect(variablesOf(withProxies(0), name, 'RIPCORD_EGRESS')).toEqual({});
  });
});

describe.each([1, 2])('With %i fixed addresses', (count) => {
  test('there are as many of the smallest instances, each with an address that stays', () => {
    const template = withProxies(count);
    expect(countOf(template, 'AWS::EC2::Instance')).toBe(count);
    const addresses = template.findResources('AWS::EC2::EIP');
    const instances = Object.keys(template.findResources('AWS::EC2::Instance'));
    expect(Object.values(addresses).map(({ Properties }) => Properties.InstanceId)).toEqual(
      instances.map((Ref) => ({ Ref })),
    );
    const launch = launchOf(template);
    expect(launch.data).toMatchObject({
      InstanceType: 't4g.nano',
      CreditSpecification: { CpuCredits: 'standard' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [{ Ebs: { Encrypted: true } }],
    });
    const version = { 'Fn::GetAtt': [launch.id, 'LatestVersionNumber'] };
    for (const { Properties } of Object.values(template.findResources('AWS::EC2::Instance')))
      expect(Properties.LaunchTemplate).toEqual({ LaunchTemplateId: { Ref: launch.id }, Version: version });
  });

  test('the output names them', () => {
    const [first, second] = Object.keys(withProxies(count).findResources('AWS::EC2::EIP'));
    const both = { 'Fn::Sub': `\${${first}},\${${second}}` };
    withProxies(count).hasOutput('EgressAddresses', { Value: count === 1 ? { Ref: first } : both });
  });

  test.each(functions)('the %s function learns of them, and not what opens them', (name) => {
    const template = withProxies(count);
    const variables = variablesOf(template, name, 'RIPCORD_EGRESS');
    expect(variables).toEqual({
      RIPCORD_EGRESS_ADDRESSES: template.toJSON().Outputs.EgressAddresses.Value,
      RIPCORD_EGRESS_SECRET: 'ssm:/aws/reference/secretsmanager/ripcord-egress',
    });
  });
});

test('The proxies are in two zones, and a deployment replaces one after the other', () => {
  const template = withProxies(2);
  const instances = Object.values(template.findResources('AWS::EC2::Instance'));
  const subnets = template.findResources('AWS::EC2::Subnet');
  const zones = instances.map(
    ({ Properties }) => subnets[Properties.SubnetId.Ref]?.Properties.AvailabilityZone,
  );
  expect(zones).toEqual([0, 1].map((zone) => ({ 'Fn::Select': [zone, { 'Fn::GetAZs': '' }] })));
  const [firstAddress] = Object.keys(template.findResources('AWS::EC2::EIP'));
  expect(instances[1]?.DependsOn).toEqual([firstAddress]);
  for (const { CreationPolicy } of instances)
    expect(CreationPolicy).toEqual({ ResourceSignal: { Count: 1, Timeout: 'PT10M' } });
});

test('EC2 chooses the image when an instance starts, so that a newer image alone replaces none in an update', () => {
  const template = withProxies(2);
  expect(launchOf(template).data.ImageId).toMatch(/^resolve:ssm:\/aws\/service\//);
  // CloudFormation would resolve these again in each update.
  expect(JSON.stringify(template.toJSON())).not.toMatch(/\{\{resolve:|AWS::SSM::Parameter::Value/);
});

test('Only another value of egressBuild or another template changes what instances start from', () => {
  const launch = (values: Values) => launchOf(templateFor({ egressProxies: 2, ...values })).data;
  const before = launch({});
  expect(launch({ linksHalted: 'true', table: 'Another', throttleRate: 5 })).toEqual(before);
  expect(launch({ egressBuild: '2' })).not.toEqual(before);
});

test('Only the port of the proxies is open, and they reach only port 443', () => {
  withProxies(2).hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [Match.objectLike({ IpProtocol: 'tcp', FromPort: 8443, ToPort: 8443 })],
    SecurityGroupEgress: [Match.objectLike({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 })],
  });
});

test('An instance may read its credential and nothing else', () => {
  const template = withProxies(1);
  const [role] = Object.keys(
    template.findResources('AWS::IAM::Role', {
      Properties: {
        AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'ec2.amazonaws.com' } }] },
      },
    }),
  );
  const policies = Object.values(
    template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: role }] } }),
  );
  const [secret] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
  expect(policies.map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
    [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: secret } }],
  ]);
});

test('The script fits into the data of an instance, and names every host of the exchanges', () => {
  const [, packed = ''] =
    /base64 -d <<<'([^']+)'/.exec(JSON.stringify(templateFor().toJSON().Mappings)) ?? [];
  expect(gunzipSync(Buffer.from(packed, 'base64')).toString()).toBe(instanceScript);
  expect(packed.length).toBeLessThan(15_000);
  for (const host of Object.values(exchangeHosts).flat()) expect(instanceScript).toContain(`"${host}"`);
});

test('Another script gives the instance another name, so that CloudFormation replaces it', () => {
  const [instance] = Object.keys(withProxies(1).findResources('AWS::EC2::Instance'));
  expect(instance).toMatch(/^Egress1Instance[0-9a-f]{8}$/);
  const [found] = Object.values(withProxies(1).findResources('AWS::EC2::Instance'));
  expect(JSON.stringify(found?.Properties.UserData)).toContain(`resource='${instance}'`);
});
