import { useEffect, useState } from 'preact/hooks';
import type { CommandInput, CommandResult } from '../../../lib/admin/contract/commands.ts';
import { call, errorMessage } from '../api.ts';

export type Market = CommandResult<'accounts.market'>;
export type Interval = CommandInput<'accounts.market'>['interval'];

/** A pause in typing. */
const typingMs = 500;
/** The exchange lists all of its markets for each reading. */
const pauseMs = 30_000;
const maxCandles = 120;

interface Reading {
  key: string;
  market?: Market;
  /** When the market was read. */
  at?: string;
  error?: string | undefined;
}

/** Reads a market again and again. The last reading stays while a later one fails. */
export function useMarket(account: string, symbol: string, interval: Interval) {
  const [reading, setReading] = useState<Reading>({ key: '' });
  const place = `${account} ${symbol}`;
  useEffect(() => {
    if (account === '' || !isSymbol(symbol)) return;
    let timer: ReturnType<typeof setTimeout>;
    let isOutdated = false;
    const read = async (): Promise<void> => {
      if (document.hidden) {
        timer = setTimeout(() => void read(), typingMs);
        return;
      }
      const next = await readMarket(account, symbol, interval);
      if (isOutdated) return;
      setReading((last) =>
        last.key === place ? { ...last, error: undefined, ...next } : { key: place, ...next },
      );
      timer = setTimeout(() => void read(), pauseMs);
    };
    timer = setTimeout(() => void read(), reading.key === place ? 0 : typingMs);
    return () => {
      isOutdated = true;
      clearTimeout(timer);
    };
  }, [place, interval]);
  const unread: Reading = { key: place };
  return reading.key === place ? reading : unread;
}

async function readMarket(name: string, symbol: string, interval: Interval): Promise<Omit<Reading, 'key'>> {
  try {
    const market = await call('accounts.market', { name, symbol, interval, limit: maxCandles });
    return { market, at: new Date().toISOString() };
  } catch (thrown) {
    return { error: errorMessage(thrown) };
  }
}

/** Whether the text may already be a whole symbol. */
function isSymbol(text: string): boolean {
  return /^[^/:\s]+\/[^/:\s]+(:[^/:\s]+)?$/.test(text);
}
