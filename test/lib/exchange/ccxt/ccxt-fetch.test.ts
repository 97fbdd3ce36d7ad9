import { expect, it } from 'vitest';
import { spoken } from '../../../../lib/exchange/ccxt/ccxt-fetch.ts';

it('tells what each address of a host has said, where none of them takes a connection', () => {
  const refused = ['connect ECONNREFUSED 192.0.2.1:443', 'connect ENETUNREACH 2001:db8::1:443'];
  // As Node throws it: its own message is empty.
  const thrown = new AggregateError(refused.map((words) => new Error(words)));
  expect(spoken(thrown).message).toBe(refused.join('; '));
});

it('leaves other errors in their own words', () => {
  const thrown = new Error('socket hang up');
  expect(spoken(thrown)).toBe(thrown);
});
