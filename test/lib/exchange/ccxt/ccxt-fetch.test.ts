import { expect, it } from 'vitest';
import { flattenAggregateError } from '../../../../lib/exchange/ccxt/ccxt-fetch.ts';

it('reports the error of each address if a host accepts no connection at any of them', () => {
  const refused = ['connect ECONNREFUSED 192.0.2.1:443', 'connect ENETUNREACH 2001:db8::1:443'];
  // Node throws it with an empty message of its own.
  const thrown = new AggregateError(refused.map((message) => new Error(message)));
  expect(flattenAggregateError(thrown).message).toBe(refused.join('; '));
});

it('leaves other errors unchanged', () => {
  const thrown = new Error('socket hang up');
  expect(flattenAggregateError(thrown)).toBe(thrown);
});
