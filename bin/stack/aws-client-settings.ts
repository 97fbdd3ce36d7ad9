import type { SharedArguments } from '../options.ts';

/** Which AWS account and region a command acts on. Without them, the environment and the profile decide. */
export type AwsTarget = Pick<SharedArguments, 'region' | 'profile'>;

/** Errors are read as JSON from stderr, so the SDK must not write its warnings there. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** @returns the settings of an AWS client. The SDK itself reads AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE>. */
export function toClientSettings({ region, profile }: AwsTarget) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    logger: silent,
  };
}

/** @returns the address that replaces the service's own; undefined for AWS. */
export function findEndpoint(service: 'S3' | 'STS'): string | undefined {
  const { AWS_ENDPOINT_URL: shared, [`AWS_ENDPOINT_URL_${service}`]: own } = process.env;
  return own || shared || undefined;
}

const unknownRequest = /^(NotImplemented|MethodNotAllowed|UnknownOperation|InvalidAction)/;

/**
 * @param endpoint the address that replaces the service's own.
 * @returns whether it does not have the request. AWS has each, so there it is a failure.
 */
export function isLackOf(endpoint: string | undefined, thrown: unknown): boolean {
  if (endpoint === undefined || !(thrown instanceof Error)) return false;
  const { $metadata: answer } = thrown as { $metadata?: { httpStatusCode?: number } };
  const status = answer?.httpStatusCode;
  return status === 501 || status === 405 || unknownRequest.test(thrown.name);
}

/** @returns the settings of an S3 client. An endpoint that is not AWS may know no bucket as a host and no checksum. */
export function toS3Settings(target: AwsTarget) {
  return {
    ...toClientSettings(target),
    forcePathStyle: findEndpoint('S3') !== undefined,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
}
