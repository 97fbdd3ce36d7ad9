import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { prepareStacks, templateFor } from './stacks.ts';

prepareStacks();

describe('the API', () => {
  test('has two routes, so that no other method or path reaches a function', () => {
    const routes = Object.values(templateFor().findResources('AWS::ApiGatewayV2::Route'));
    expect(routes.map((route) => route.Properties.RouteKey).sort()).toEqual([
      'GET /l/{token}',
      'POST /l/{token}',
    ]);
  });

  test('sends both routes to the trigger and to nothing else', () => {
    const template = templateFor();
    const [integration, ...others] = Object.values(template.findResources('AWS::ApiGatewayV2::Integration'));
    expect(others).toEqual([]);
    const [trigger] = Object.keys(
      template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'ripcord-trigger' } }),
    );
    expect(integration?.Properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': [trigger, 'Arn'] },
      PayloadFormatVersion: '2.0',
    });
  });

  test('throttles its default stage by the settings', () => {
    templateFor({ throttleRate: 3, throttleBurst: 7 }).hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 3, ThrottlingBurstLimit: 7 },
    });
  });

  test('limits POST separately, so that a flood of GET does not use up the limit of alerts', () => {
    const template = templateFor();
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      RouteSettings: { 'POST /l/{token}': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 } },
    });
    // CloudFormation rejects settings of a route that does not exist yet.
    const routes = Object.keys(template.findResources('AWS::ApiGatewayV2::Route'));
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(routes));
  });

  test('logs source and route of a request, and nothing that could contain a token', () => {
    const [stage] = Object.values(templateFor().findResources('AWS::ApiGatewayV2::Stage'));
    const format: string = stage?.Properties.AccessLogSettings.Format;
    const variables = [...format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name);
    expect(variables.sort()).toEqual([
      'identity.sourceIp',
      'integrationLatency',
      'integrationStatus',
      'requestId',
      'requestTime',
      'responseLatency',
      'routeKey',
      'status',
    ]);
  });
});

describe('a custom domain', () => {
  const domain = {
    domainName: 'links.example.org',
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0-1',
  };

  test("is the base URL of links, and the API's own address stays enabled for older links", () => {
    const template = templateFor(domain);
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: Match.absent() });
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'links.example.org',
      DomainNameConfigurations: [
        { CertificateArn: domain.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: '$default' });
    const [domainId] = Object.keys(template.findResources('AWS::ApiGatewayV2::DomainName'));
    // A reference, so that a function gets the address only once API Gateway has the domain.
    const url = { 'Fn::Join': ['', ['https://', { Ref: domainId }]] };
    template.hasOutput('BaseUrl', { Value: 'https://links.example.org' });
    template.hasOutput('DomainTarget', {});
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'ripcord-admin',
      Environment: { Variables: Match.objectLike({ RIPCORD_BASE_URL: url }) },
    });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  test('gets a DNS record if the settings have a zone', () => {
    templateFor({ ...domain, hostedZoneId: 'Z0123' }).hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'links.example.org.',
      Type: 'A',
      HostedZoneId: 'Z0123',
    });
  });

  test('is absent by default', () => {
    const template = templateFor();
    template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
    template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 0);
  });
});
