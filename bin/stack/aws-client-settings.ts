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

/** @returns the address that replaces S3's own; undefined for AWS. */
export function findS3Endpoint(): string | undefined {
  const { AWS_ENDPOINT_URL: shared, AWS_ENDPOINT_URL_S3: own } = process.env;
  return own || shared || undefined;
}

/** @returns the settings of an S3 client. An endpoint that is not AWS may know no bucket as a host and no checksum. */
export function toS3Settings(target: AwsTarget) {
  return {
    ...toClientSettings(target),
    forcePathStyle: findS3Endpoint() !== undefined,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
}
