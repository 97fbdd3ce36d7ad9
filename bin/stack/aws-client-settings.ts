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
