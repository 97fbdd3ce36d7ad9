import { z } from 'zod';
import type { Look } from '../health/account-health.ts';
import { probeToken } from '../link/token.ts';

const probeMs = 3_000;
const answerSchema = z.object({ status: z.literal('not-found') });

/**
 * Opens a link that doesn't exist, as an alert would: name, certificate, gateway and trigger have to work for Ripcord's own
 * 404. It also keeps the trigger from becoming inactive, which a function does that nothing invokes for weeks.
 * https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 * @param baseUrl what links start with.
 */
export async function probeAddress(baseUrl: string): Promise<Look['failure']> {
  try {
    const response = await fetch(`${baseUrl}/l/${probeToken}`, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(probeMs),
    });
    const answer = await response.json().catch(() => undefined);
    if (response.status === 404 && answerSchema.safeParse(answer).success) return undefined;
    return toFailure(baseUrl, `the response was HTTP ${response.status}, and not Ripcord's own 404`);
  } catch (thrown) {
    return toFailure(baseUrl, describe(thrown));
  }
}

function toFailure(baseUrl: string, why: string): Look['failure'] {
  return { code: 'address-unreachable', why: `Links at ${baseUrl} can't be opened: ${why}.` };
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'the request failed';
  if (thrown.name === 'TimeoutError') return `no response within ${probeMs / 1_000} s`;
  const { cause } = thrown;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : thrown.message;
}
