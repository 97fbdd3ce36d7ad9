import { expect, test } from 'vitest';
import { Fault, type FaultCode } from '../../../lib/fault.ts';
import { createLog } from '../../../lib/log.ts';
import { logHit } from '../../../lib/trigger/log-hit.ts';
import { paused } from '../../../lib/trigger/refusals.ts';
import { type HitResponse, toResponse } from '../../../lib/trigger/response.ts';
import { examplePosition } from '../position/example-position.ts';

function failuresOf(response: HitResponse): unknown {
  const lines: string[] = [];
  logHit(createLog({ namespace: 'Ripcord', write: (line) => lines.push(line) }), response, { ms: 1 });
  return JSON.parse(lines[0] ?? '{}').Failures;
}

test.each([
  'exchange-unreachable',
  'accounts-unreadable',
  'accounts-denied',
  'account-invalid',
] as FaultCode[])('a hit that should have acted and could not counts as a failure: %s', (code) => {
  const result = { kind: 'released', fault: new Fault(code, 'Not available.') } as const;
  expect(failuresOf(toResponse({ position: examplePosition, result }))).toBe(1);
});

test('a hit that had nothing to do is no failure', () => {
  expect(failuresOf(paused)).toBeUndefined();
});
