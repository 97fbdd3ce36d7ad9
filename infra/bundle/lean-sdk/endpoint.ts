import { partition } from '@aws-sdk/core/client';
import { isValidHostLabel } from '@smithy/core/transport';

/** The name of a service in its host, and in environment variables. */
export interface ServiceName {
  host: 'dynamodb' | 'ssm';
  variable: 'DYNAMODB' | 'SSM';
}

/**
 * @returns the address of a service by the SDK's rules: a given one, that of an environment variable, or that of the region.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function resolveEndpoint(service: ServiceName, region: string, given: string | undefined): URL {
  const isFips = isOn('AWS_USE_FIPS_ENDPOINT');
  const isDualStack = isOn('AWS_USE_DUALSTACK_ENDPOINT');
  const custom = given ?? readConfiguredUrl(service);
  if (custom === undefined) return new URL(`https://${toHost(service, region, { isFips, isDualStack })}`);
  if (isFips || isDualStack) throw new Error('FIPS, dual stack and custom endpoints exclude each other');
  return new URL(custom);
}

function readConfiguredUrl({ variable }: ServiceName): string | undefined {
  if (isOn('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')) return undefined;
  return process.env[`AWS_ENDPOINT_URL_${variable}`] || process.env.AWS_ENDPOINT_URL || undefined;
}

function toHost(
  { host }: ServiceName,
  region: string,
  { isFips, isDualStack }: { isFips: boolean; isDualStack: boolean },
): string {
  if (!isValidHostLabel(region)) throw new Error(`"${region}" is not a region`);
  const { name, dnsSuffix, dualStackDnsSuffix, supportsFIPS, supportsDualStack } = partition(region);
  if (isFips && !supportsFIPS) throw new Error(`${region} has no FIPS endpoint`);
  if (isDualStack && !supportsDualStack) throw new Error(`${region} has no dual-stack endpoint`);
  // All endpoints of GovCloud are FIPS endpoints.
  const isNamed = isFips && (isDualStack || name !== 'aws-us-gov');
  return `${host}${isNamed ? '-fips' : ''}.${region}.${isDualStack ? dualStackDnsSuffix : dnsSuffix}`;
}

function isOn(variable: string): boolean {
  return process.env[variable] === 'true';
}
