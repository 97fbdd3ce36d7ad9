import { computed } from '@preact/signals';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CommandInput, CommandResult } from '../../../lib/admin/contract/commands.ts';
import type { MarketOfAccount } from '../../state.ts';
import { call, errorMessage } from '../api.ts';
import { findPrice, watchMarket } from '../store.ts';

export type Market = CommandResult<'accounts.market'>;
export type Interval = CommandInput<'accounts.market'>['interval'];

/** A pause in typing. */
const typingMs = 500;
/** The exchange lists all of its markets for each reading. The price is read more often. */
const pauseMs = 30_000;
const maxCandles = 120;

interface Reading {
  key: string;
  market?: Market;
  /** When the market was read, with the balance. */
  at?: string;
  error?: string | undefined;
}

/** A market as it was read last, at its latest price. */
export interface MarketReading {
  market?: Market;
  at?: string;
  /** When its price was read. */
  priceAt?: string;
  error?: string | undefined;
}

/** The server reads the price of a market that a page asks for, together with those of positions. */
const watchEveryMs = 5_000;

/** Reads a market again and again, and its price every few seconds. The last reading stays while a later one fails. */
export function useMarket(account: string, symbol: string, interval: Interval): MarketReading {
  const reading = useReading(account, symbol, interval);
  const live = useLivePrice(account, reading.market);
  const { market, at } = reading;
  if (market === undefined || at === undefined) return reading;
  if (live === undefined || live.at <= Date.parse(at)) return { ...reading, priceAt: at };
  return {
    ...reading,
    market: { ...market, price: live.price },
    priceAt: new Date(live.at).toISOString(),
  };
}

function useLivePrice(account: string, market: Market | undefined) {
  const { kind, marketId } = market ?? {};
  const watched = useMemo<MarketOfAccount | undefined>(
    () => (kind === undefined || marketId === undefined ? undefined : { account, kind, marketId }),
    [account, kind, marketId],
  );
  useEffect(() => {
    if (watched === undefined) return;
    const send = () => {
      if (!document.hidden) void watchMarket(watched);
    };
    send();
    const timer = setInterval(send, watchEveryMs);
    return () => clearInterval(timer);
  }, [watched]);
  return useMemo(() => computed(() => (watched === undefined ? undefined : findPrice(watched))), [watched])
    .value;
}

function useReading(account: string, symbol: string, interval: Interval): Reading {
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
