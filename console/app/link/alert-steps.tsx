import type { CommandResult, LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import {
  isReachableByTradingView,
  onlyHere,
  otherMarket,
  paidPlan,
  toTradingViewSymbol,
} from '../../../lib/link/tradingview.ts';
import { CopyButton } from '../control/copy-button.tsx';
import { describeManualUse } from '../labels.ts';
import { suggestAlertName } from './alert-plan.ts';

/** How to use a link in a TradingView alert, in TradingView's own terms. */
export function AlertSteps({
  position,
  created,
}: {
  position: PositionView;
  created: readonly CommandResult<'links.create'>[];
}) {
  const [first] = created;
  if (first === undefined) return null;
  const { url, link } = first;
  return (
    <section class="steps">
      <AlertIntro url={url} link={link} />
      <Steps position={position} links={created.map((each) => each.link)} />
      <p class="help">{describeManualUse(link)}</p>
    </section>
  );
}

/** What is needed before any step. */
export function AlertIntro({ url, link }: { url: string; link: LinkView }) {
  return (
    <>
      <h3>Use it in a TradingView alert</h3>
      <p class="help">{paidPlan}</p>
      {isReachableByTradingView(url) ? null : <p class="hint">{onlyHere}</p>}
      <ForeignSources link={link} />
    </>
  );
}

/** Warns of allowed addresses that may leave out TradingView. */
function ForeignSources({ link }: { link: LinkView }) {
  return typeof link.sources === 'string' ? null : (
    <p class="hint">
      TradingView sends alerts from its own IP addresses. Its alerts are refused unless you allowed those.
    </p>
  );
}

/** A name for the alert that says what the link does. */
export function AlertName({ link }: { link: LinkView }) {
  const name = suggestAlertName(link);
  return (
    <span class="chart-symbol">
      <code>{name}</code>
      <CopyButton text={name} name="alert name" />
    </span>
  );
}

function Steps({ position, links }: { position: PositionView; links: readonly LinkView[] }) {
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
        Select <b>Alert</b> and set its conditions in the <b>Settings</b> tab.{' '}
        <ConditionAdvice acts={links.map(({ action }) => action)} side={position.side} />
      </li>
      <li>
        In the <b>Message</b> tab, clear all text. Ripcord ignores alerts with a message. Name the alert{' '}
        {links.map((link, index) => (
          <span key={link.linkId}>
            {index === 0 ? '' : 'or '}
            <AlertName link={link} />{' '}
          </span>
        ))}
      </li>
      <li>
        In the <b>Notifications</b> tab, check <b>Webhook URL</b> and paste the link.
      </li>
      <li>
        Select <b>Create</b>. {expiryAdvice}
      </li>
    </ol>
  );
}

/** Which conditions lose no alert, and which alert fires at the wrong moment. */
export function ConditionAdvice({
  acts,
  side,
}: {
  acts: readonly LinkView['action'][];
  side: 'long' | 'short' | undefined;
}) {
  const closes = acts.some((action) => action === 'close' || action === 'reduce');
  return (
    <>
      Choose <b>Greater Than</b> or <b>Less Than</b> with <b>Once Per Bar Close</b>, not <b>Crossing</b> with{' '}
      <b>Only Once</b>: if an alert is lost, it comes again at the next bar.
      {closes ? (
        <>
          {' '}
          Don't use a strategy's order-fills alert: it fires at entries too.{' '}
          <ClosingPrice side={side ?? 'long'} />
        </>
      ) : null}
    </>
  );
}

function ClosingPrice({ side }: { side: 'long' | 'short' }) {
  return (
    <>
      To close a {side} on a closing price only, choose{' '}
      <b>{side === 'long' ? 'Less Than' : 'Greater Than'}</b> your level, and let a stop rest at the exchange
      further away.
    </>
  );
}

export const expiryAdvice = 'Alerts expire: note the date that TradingView shows.';
