import { expect, it } from 'vitest';
import { parseStateMessage } from '../../../lib/strategy/state-message.ts';

const now = Date.parse('2026-11-26T12:00:00Z');

it.each([
  ['long', { position: 'long' }],
  [' FLAT\n', { position: 'flat' }],
  ['Short 2026-11-26T12:00:00Z', { position: 'short', time: '2026-11-26T12:00:00.000Z' }],
  ['long 2026-11-26T11:59:00.250Z ', { position: 'long', time: '2026-11-26T11:59:00.250Z' }],
  ['flat 2026-11-26T13:00:00+01:00', { position: 'flat', time: '2026-11-26T12:00:00.000Z' }],
  ['flat 2026-11-26T12:00:00+0000', { position: 'flat', time: '2026-11-26T12:00:00.000Z' }],
  ['long 2026-11-26T12:10:00Z', { position: 'long', time: '2026-11-26T12:10:00.000Z' }],
])('%j is a state', (body, message) => {
  expect(parseStateMessage(body, now)).toEqual(message);
});

it.each([
  [undefined],
  [''],
  ['close'],
  ['longer'],
  ['long short'],
  ['long  2026-11-26T12:00:00Z'],
  ['long 2026-11-26'],
  ['long 2026-11-26T12:00:00'],
  ['long 2026-02-30T12:00:00Z'],
  ['long 2026-11-26T25:00:00Z'],
  ['long 2026-11-26T12:10:01Z'],
  ['{"position":"flat"}'],
  [`flat${' '.repeat(200)}`],
  ['{{strategy.market_position}}'],
])('%j is not a state', (body) => {
  expect(parseStateMessage(body, now)).toBeUndefined();
});
