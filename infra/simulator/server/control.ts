import { z } from 'zod';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { operations } from './control-operations.ts';

/** Operations that change nothing. They also accept GET. */
const readOnly = new Set(['candles', 'ledger', 'orders', 'state']);

export interface ControlRequest {
  method: string;
  /** The operation: what follows `/sim/` in the path. */
  name: string;
  query: string;
  body: string;
}
export interface ControlResponse {
  status: number;
  body: unknown;
}

/** Runs `/sim/<name>`: JSON in, JSON out. Invalid input is a 400 with what was expected. */
export function handleControl(
  core: SimulatedExchange,
  { method, name, query, body }: ControlRequest,
): ControlResponse {
  const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (found === undefined) return { status: 404, body: { error: `Unknown operation: ${name}` } };
  if (method !== 'POST' && !(method === 'GET' && readOnly.has(name)))
    return { status: 405, body: { error: `${name} needs POST${readOnly.has(name) ? ' or GET' : ''}` } };
  try {
    const input: unknown = body === '' ? Object.fromEntries(new URLSearchParams(query)) : JSON.parse(body);
    return { status: 200, body: found.run(core, input) ?? { ok: true } };
  } catch (error) {
    return { status: 400, body: { error: formatError(error) } };
  }
}

function formatError(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : 'unknown error';
}
