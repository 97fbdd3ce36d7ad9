import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { resolveEndpoint, type ServiceName } from '../../../../infra/bundle/lean-sdk/endpoint.ts';

const dynamodb: ServiceName = { host: 'dynamodb', variable: 'DYNAMODB' };
const ssm: ServiceName = { host: 'ssm', variable: 'SSM' };
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };

interface Request {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
}

/** @returns where the SDK sends a request, or `refused`. */
async function askSdk({ host }: ServiceName, region: string): Promise<string> {
  let address = 'refused';
  const requestHandler = {
    async handle({ protocol, hostname, port, path }: Request): Promise<never> {
      address = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
      throw new Error('not sent');
    },
  };
  const config = { region, credentials, requestHandler: requestHandler as never, maxAttempts: 1 };
  const sent =
    host === 'ssm'
      ? new SSMClient(config).send(new GetParameterCommand({ Name: 'a' }))
      : new DynamoDBClient(config).send(new GetItemCommand({ TableName: 'a', Key: { pk: { S: 'a' } } }));
  await sent.catch(() => undefined);
  return address;
}

function askLean(service: ServiceName, region: string): string {
  try {
    const { href } = resolveEndpoint(service, region, undefined);
    return href.endsWith('/') ? href : `${href}/`;
  } catch {
    return 'refused';
  }
}

function useEnvironment(environment: Record<string, string>) {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

const regions = [
  'us-east-1',
  'us-west-2',
  'eu-west-1',
  'eu-central-2',
  'ap-southeast-7',
  'mx-central-1',
  'il-central-1',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-east-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
  'xx-nowhere-1',
  'not a region',
  'evil.example/',
];
const fips = { AWS_USE_FIPS_ENDPOINT: 'true' };
const dualStack = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };
const url = 'http://127.0.0.1:4566';

describe.each([dynamodb, ssm])('The endpoint of $host', (service) => {
  test.each([{}, fips, dualStack, { ...fips, ...dualStack }])(
    "is the SDK's in every partition, with %j",
    async (environment) => {
      useEnvironment(environment);
      for (const region of regions)
        expect([region, askLean(service, region)]).toEqual([region, await askSdk(service, region)]);
    },
  );

  test.each<Record<string, string>>([
    { AWS_ENDPOINT_URL: url },
    { AWS_ENDPOINT_URL: `${url}/base` },
    { AWS_ENDPOINT_URL_DYNAMODB: url },
    { AWS_ENDPOINT_URL_SSM: url },
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_SSM: url, AWS_ENDPOINT_URL_DYNAMODB: url },
    { AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_SSM: '' },
    { AWS_ENDPOINT_URL: url, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    { AWS_ENDPOINT_URL: url, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' },
    { AWS_ENDPOINT_URL: url, ...fips },
    { AWS_ENDPOINT_URL: url, ...dualStack },
    { AWS_USE_FIPS_ENDPOINT: 'yes' },
  ])("is the SDK's with %j", async (environment) => {
    useEnvironment(environment);
    expect(askLean(service, 'eu-west-1')).toBe(await askSdk(service, 'eu-west-1'));
  });
});
