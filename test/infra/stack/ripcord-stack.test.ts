import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withCode } from '../../../bin/stack/with-code.ts';
import { functionNames } from '../../../infra/bundle/bundle.ts';
import { stackName } from '../../../infra/stack/setting-definitions.ts';
import { createStack, prepareStacks, templateFor } from './stacks.ts';

prepareStacks();

describe('the outputs', () => {
  const outputSchema = z.record(z.string(), z.looseObject({ Value: z.unknown() }));
  const outputsOf = (template: Template) => outputSchema.parse(template.findOutputs('*'));

  test('are those that the command line reads', () => {
    expect(Object.keys(outputsOf(templateFor())).sort()).toEqual([
      'AdminFunctionName',
      'BaseUrl',
      'TableName',
      'TopicArn',
    ]);
  });
});

describe('the parameters', () => {
  test('have the same limits, which CloudFormation checks before anything changes', () => {
    const { Parameters: parameters } = Template.fromStack(createStack()).toJSON();
    expect(parameters.notifyEmail).not.toHaveProperty('Default');
    expect(parameters.domainName).toMatchObject({ Type: 'String', Default: 'none' });
    expect(parameters.domainName.AllowedPattern).toMatch(/^\^\(none\|/);
    expect(parameters.throttleRate).toMatchObject({
      Type: 'Number',
      Default: 100,
      MinValue: 1,
      MaxValue: 5000,
    });
  });

  test('are refused for half of a custom domain, by a rule of the template', () => {
    const { Rules: rules } = Template.fromStack(createStack()).toJSON();
    const isSet = (name: string) => ({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: name }, 'none'] }] });
    const needs = (given: string, needed: string) => ({
      RuleCondition: isSet(given),
      Assertions: [{ Assert: isSet(needed), AssertDescription: `${given} needs ${needed}` }],
    });
    expect(rules).toEqual({
      DomainNeedsCertificate: needs('domainName', 'certificateArn'),
      CertificateNeedsDomain: needs('certificateArn', 'domainName'),
      ZoneNeedsDomain: needs('hostedZoneId', 'domainName'),
    });
  });
});

describe('another prefix', () => {
  test('shares no name with the first stack', () => {
    expect(stackName('ripcord-test')).toBe('Ripcord-test');
    const json = JSON.stringify(templateFor({}, 'other').toJSON().Resources);
    expect(json).toContain('other-trigger');
    expect(json).toContain('ssm:/other/accounts');
    expect(json).not.toMatch(/"ripcord-|\/ripcord/);
  });
});

test('the template fits into a request to CloudFormation, also with the longest names', () => {
  const prefix = 'a'.repeat(24);
  const places = functionNames.map((name) => {
    const key = `${'0'.repeat(64)}.zip`;
    return [name, { bucket: 'b'.repeat(63), key }] as const;
  });
  const { Resources, ...rest } = Template.fromStack(createStack(prefix)).toJSON();
  const template = withCode({ ...rest, Resources }, prefix, new Map(places));
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
  expect(JSON.stringify(template).length).toBeLessThanOrEqual(51_200);
});
