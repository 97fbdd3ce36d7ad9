import { describe, expect, test } from 'vitest';
import { type NewAccount, parseAccount } from '../../../../lib/account/account.ts';
import { addAccount } from '../../../../lib/admin/accounts/add.ts';
import { checkAccount } from '../../../../lib/admin/accounts/check.ts';
import type { AdminServices } from '../../../../lib/admin/admin-services.ts';
import { ccxtExchanges, connectAccount } from '../../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { accountsInMemory } from '../../../infra/local/accounts-in-memory.ts';
import { createMemoryStore } from '../../../simulation/memory-store.ts';
import { keys, startWhitebit } from '../../exchange/whitebit-stand-in.ts';

const fields = 'request, nonce, nonceWindow, market, side, amount, clientOrderId';

async function startAccounts() {
  const whitebit = await startWhitebit(Date.now);
  const accounts = accountsInMemory();
  const services = {
    now: Date.now,
    store: createMemoryStore(),
    exchanges: ccxtExchanges(accounts),
  } as unknown as AdminServices['services'];
  const admin = {
    services,
    accounts,
    connect: (account: Parameters<typeof connectAccount>[0]) => connectAccount(account),
  };
  const account = { exchange: 'whitebit', ...keys, baseUrl: whitebit.url };
  const add = (change: Partial<NewAccount> = {}) =>
    addAccount(admin, { name: 'other', account: { ...account, ...change } });
  return { whitebit, accounts, add, check: () => checkAccount(admin, { name: 'other' }) };
}

describe('an account at an exchange that is not proven', () => {
  test('is stored with a warning, and with what a sale would send', async () => {
    const { whitebit, accounts, add } = await startAccounts();
    const { account, warnings = [] } = await add({ generic: true });
    expect(account).toEqual({ name: 'other', exchange: 'whitebit', generic: true });
    expect(warnings[0]).toContain('WhiteBIT is at most once, not proven.');
    expect(warnings[1]).toContain(`/api/v4/order/stock_market with the fields ${fields}.`);
    expect(warnings[2]).toContain('did not report whether it may trade or withdraw');
    expect(accounts.all.other).toMatchObject({ exchange: 'whitebit', generic: true });
    expect(whitebit.created()).toBe(0);
  });

  test('is shown as that by its check', async () => {
    const { whitebit, add, check } = await startAccounts();
    await add({ generic: true });
    const { generic, sale, warnings } = await check();
    expect(generic).toBe(true);
    expect(sale).toMatchObject({ symbol: 'BTC/USDT', method: 'POST', fields: fields.split(', ') });
    expect(warnings[0]).toContain('at most once, not proven');
    expect(whitebit.created()).toBe(0);
  });

  test.each([
    { what: 'without the consent', change: {}, detail: /^WhiteBIT is at most once, not proven/ },
    {
      what: "with the stack's addresses",
      change: { generic: true, egress: 'stack' },
      detail: /fixed addresses/,
    },
    { what: 'that is proven', change: { generic: true, exchange: 'binance' }, detail: /^Binance is proven/ },
    {
      what: 'that is refused',
      change: { generic: true, exchange: 'hyperliquid' },
      detail: /key of a wallet/,
    },
    {
      what: 'without look-ups',
      change: { generic: true, exchange: 'btcturk' },
      detail: /ccxt has no fetchOrder/,
    },
    { what: 'that does not exist', change: { exchange: 'bianance' }, detail: /no exchange "bianance"/ },
  ] as const)('is refused $what', async ({ change, detail }) => {
    const { accounts, add } = await startAccounts();
    await expect(add(change)).rejects.toMatchObject({
      code: 'invalid-input',
      detail: expect.stringMatching(detail),
    });
    expect(accounts.written).toEqual([]);
  });

  test('is refused without a credential that ccxt requires', async () => {
    const { add } = await startAccounts();
    await expect(add({ generic: true, exchange: 'coinmate' })).rejects.toMatchObject({
      code: 'account-invalid',
      detail: expect.stringContaining('The account has no uid, which CoinMate requires.'),
    });
  });

  test('is refused with a wrong key', async () => {
    const { accounts, add } = await startAccounts();
    await expect(add({ generic: true, secret: 'wrong' })).rejects.toMatchObject({
      detail: expect.stringContaining('WhiteBIT'),
    });
    expect(accounts.written).toEqual([]);
  });

  test('is not read from a file without the consent', () => {
    const read = (change: object) => parseAccount('other', 'accounts.json', { ...keys, ...change });
    expect(() => read({ exchange: 'whitebit' })).toThrow('at most once, not proven');
    expect(() => read({ exchange: 'binance', generic: true })).toThrow('binance is proven');
    expect(read({ exchange: 'whitebit', generic: true })).toMatchObject({ generic: true });
  });
});
