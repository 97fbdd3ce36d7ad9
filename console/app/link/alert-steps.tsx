import type { LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import {
  isReachableByTradingView,
  onlyHere,
  otherMarket,
  paidPlan,
  toTradingViewSymbol,
} from '../../../lib/link/tradingview.ts';
import { CopyButton } from '../control/copy-button.tsx';
import { describeManualUse } from '../labels.ts';

/** How to use a link in a TradingView alert, in TradingView's own terms. */
export function AlertSteps({ position, url, link }: { position: PositionView; url: string; link: LinkView }) {
  return (
    <section class="steps">
      <h3>Use it in a TradingView alert</h3>
      <p class="help">{paidPlan}</p>
      {isReachableByTradingView(url) ? null : <p class="hint">{onlyHere}</p>}
      {typeof link.sources === 'string' ? null : (
        <p class="hint">
          TradingView sends alerts from its own IP addresses. Its alerts are refused unless you allowed those.
        </p>
      )}
      <Steps position={position} />
      <p class="help">{describeManualUse(link)}</p>
    </section>
  );
}

function Steps({ position }: { position: PositionView }) {
  const { symbol, exchange } = toTradingViewSymbol(position);
  return (
    <ol>
      <li>
        On TradingView, open <b>Products › Supercharts</b> and select <b>Search</b>.
      </li>
      <li>
        Search for{' '}
        <span class="chart-symbol">
          <code>{symbol}</code>
          <CopyButton text={symbol} name="symbol" />
        </span>{' '}
        and select it on <b>{exchange}</b>. {otherMarket}
      </li>
      <li>
        Select <b>Alert</b> and set its conditions in the <b>Settings</b> tab.
      </li>
      <li>
        In the <b>Message</b> tab, clear all text. Ripcord ignores alerts with a message.
      </li>
      <li>
        In the <b>Notifications</b> tab, check <b>Webhook URL</b> and paste the link.
      </li>
      <li>
        Select <b>Create</b>.
      </li>
    </ol>
  );
}
