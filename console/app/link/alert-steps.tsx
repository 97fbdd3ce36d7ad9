import type { LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import {
  isReachableByTradingView,
  onlyHere,
  paidPlan,
  toTradingViewSymbol,
} from '../../../lib/link/tradingview.ts';
import { CopyButton } from '../control/copy-button.tsx';
import { byHand } from '../labels.ts';

/** How to put a link into a TradingView alert, in TradingView's own words. */
export function AlertSteps({ position, url, link }: { position: PositionView; url: string; link: LinkView }) {
  const chart = toTradingViewSymbol(position);
  return (
    <section class="steps">
      <h3>Use it in a TradingView alert</h3>
      {isReachableByTradingView(url) ? null : <p class="hint">{onlyHere}</p>}
      {typeof link.sources === 'string' ? null : (
        <p class="hint">
          TradingView sends alerts from addresses of its own. They have to be among the addresses that you
          listed, or its alerts are refused.
        </p>
      )}
      <ol>
        <li>
          On TradingView, open <b>Products › Supercharts</b> and press <b>Search</b>.
        </li>
        <li>
          Search for{' '}
          <span class="chart-symbol">
            <code>{chart.symbol}</code>
            <CopyButton text={chart.symbol} name="symbol" />
          </span>{' '}
          and choose it on <b>{chart.exchange}</b>: the same market as the position.
        </li>
        <li>
          Press <b>Alert</b> and set its conditions in the <b>Settings</b> tab.
        </li>
        <li>
          In the <b>Message</b> tab, clear everything. An alert with a message is ignored.
        </li>
        <li>
          In the <b>Notifications</b> tab, tick <b>Webhook URL</b> and paste the link.
        </li>
        <li>
          Press <b>Create</b>.
        </li>
      </ol>
      <p class="help">
        {paidPlan} {byHand(link)}
      </p>
    </section>
  );
}
