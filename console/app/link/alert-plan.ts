import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { toTradingViewSymbol } from '../../../lib/link/tradingview.ts';

type Alerted = Pick<LinkView, 'action' | 'follows' | 'scope' | 'symbol' | 'side' | 'label'>;

const verbs: Record<LinkView['action'], string> = {
  close: 'close',
  keep: 'keep',
  reduce: 'reduce',
  stop: 'stop',
  heartbeat: 'heartbeat',
};

/** @returns a name for the alert that says what it does: "Ripcord close BTCUSDT.P long". */
export function suggestAlertName(link: Alerted): string {
  const { action, label } = link;
  return ['Ripcord', verbs[action], label ?? toSubject(link)].join(' ');
}

function toSubject({ scope, symbol, side }: Alerted): string {
  const { account = '', tag } = scope;
  if (tag !== undefined) return tag;
  const market = scope.symbol ?? symbol;
  if (market === undefined) return account;
  return `${toTradingViewSymbol({ symbol: market, exchange: '' }).symbol} ${scope.side ?? side ?? ''}`.trim();
}

const time = `str.format_time(time_close, "yyyy-MM-dd'T'HH:mm:ss'Z'", "UTC")`;

/** @returns an indicator that states once per bar whether the owner's condition is true. */
export function toIndicator(side: 'long' | 'short'): string {
  const condition = side === 'long' ? 'close > ta.sma(close, 200)' : 'close < ta.sma(close, 200)';
  return [
    '//@version=6',
    'indicator("State for Ripcord", overlay = true)',
    `inTrade = ${condition}`,
    `alert((inTrade ? "${side} " : "flat ") + ${time}, alert.freq_once_per_bar_close)`,
  ].join('\n');
}

/** The lines that a strategy's own script needs. */
export const strategyLines = [
  'state = strategy.position_size > 0 ? "long " : strategy.position_size < 0 ? "short " : "flat "',
  `alert(state + ${time}, alert.freq_once_per_bar_close)`,
].join('\n');
