import { readFile } from 'node:fs/promises';
import { readSsmCredential } from '../lib/exchange/egress/ssm-credential.ts';
import type { StackEgress } from '../lib/exchange/egress/tunnel-agents.ts';
import { type Environment, parsePlace } from './environment.ts';

type Variables = Pick<Environment, 'RIPCORD_EGRESS_ADDRESSES' | 'RIPCORD_EGRESS_SECRET'>;

/** @returns the stack's fixed addresses; undefined if it has none. */
export function createStackEgress(environment: Variables): StackEgress | undefined {
  const { RIPCORD_EGRESS_ADDRESSES: addresses, RIPCORD_EGRESS_SECRET: secret } = environment;
  if (addresses === undefined || secret === undefined) return undefined;
  const { kind, path } = parsePlace(secret);
  return {
    addresses: addresses.split(','),
    // Only an account that uses the addresses makes a function read the credential.
    readCredential: () => (kind === 'file' ? readFile(path, 'utf8') : readSsmCredential(path)),
  };
}
