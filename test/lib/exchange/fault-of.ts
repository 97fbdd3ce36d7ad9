import type { Fault } from '../../../lib/fault.ts';

/** @returns the Fault that a call threw. */
export async function faultOf(call: Promise<unknown>): Promise<Fault> {
  try {
    await call;
  } catch (thrown) {
    return thrown as Fault;
  }
  throw new Error('the call did not throw');
}
