import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '../../../lib/amount.ts';
import { toBase, toContracts } from '../../../lib/exchange/venues/contracts.ts';

const perpetual = {
  symbol: 'BTC/USDT:USDT',
  kind: 'perpetual',
  contractSize: '0.01',
  amountStep: '0.001',
} as const;
const spot = { symbol: 'BTC/USDT', kind: 'spot', amountStep: '0.00001' } as const;

test('a whole number of lots is converted exactly, and back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 ** 9 }),
      fc.constantFrom('0.0001', '0.01', '1', '100', '0.3'),
      fc.constantFrom('0.01', '0.1', '1'),
      (lots, contractSize, lot) => {
        const market = { ...perpetual, contractSize, amountStep: decimal(lot).times(contractSize).toFixed() };
        const contracts = decimal(lot).times(String(lots)).toFixed();
        const amount = toBase(market, contracts);
        expect(amount).toBe(decimal(contracts).times(contractSize).toFixed());
        expect(toContracts(market, amount)).toBe(contracts);
      },
    ),
  );
});

test('spot amounts stay as they are', () => {
  expect(toContracts(spot, '0.123')).toBe('0.123');
  expect(toBase(spot, '0.123')).toBe('0.123');
});

test.each(['0', '0.000', '-1', '0.0005', '0.0105'])('%s BTC is refused', (amount) => {
  expect(() => toContracts(perpetual, amount)).toThrow(/is no (amount|whole number of lots)/);
});

test.each([undefined, '0'])('a contract size of %s converts nothing', (contractSize) => {
  const market = { ...perpetual, contractSize };
  expect(() => toContracts(market, '0.1')).toThrow('is not known');
  expect(() => toBase(market, '10')).toThrow('is not known');
});
