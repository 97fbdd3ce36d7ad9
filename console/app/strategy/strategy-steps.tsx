import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { CopyButton } from '../control/copy-button.tsx';
import { describeManualUse } from '../labels.ts';
import { strategyLines, toIndicator } from '../link/alert-plan.ts';
import { AlertIntro, AlertName, ConditionAdvice, expiryAdvice } from '../link/alert-steps.tsx';

/** How to use a standing link in a TradingView alert, in TradingView's own terms. */
export function StrategySteps({ url, link }: { url: string; link: LinkView }) {
  return (
    <section class="steps">
      <AlertIntro url={url} link={link} />
      {link.follows === undefined ? <PlainSteps link={link} /> : <StateSteps link={link} />}
      <p class="help">
        {expiryAdvice} {link.watch === undefined ? '' : 'The watch acts after that. '}
        {describeManualUse(link)}
      </p>
    </section>
  );
}

function PlainSteps({ link }: { link: LinkView }) {
  return (
    <ol>
      <li>
        Open the chart, and select <b>Alert</b>. <Condition link={link} />
      </li>
      <NameStep link={link} text="Clear all text of the message: this link refuses alerts with a message." />
      <LastSteps />
    </ol>
  );
}

function Condition({ link }: { link: LinkView }) {
  const { action, side, scope } = link;
  if (action !== 'heartbeat') return <ConditionAdvice acts={[action]} side={scope.side ?? side} />;
  return (
    <>
      Set a condition that is always true, such as a price <b>Greater Than</b> a level far below it, with{' '}
      <b>Once Per Bar Close</b>. <BarLength link={link} />
    </>
  );
}

/** A longer bar would make each beat late. */
function BarLength({ link: { watch } }: { link: LinkView }) {
  return watch === undefined ? null : (
    <>
      Choose bars of {watch.every} or less: the watch expects one every {watch.every}.
    </>
  );
}

function StateSteps({ link }: { link: LinkView }) {
  const side = link.scope.side ?? link.side ?? 'long';
  return (
    <ol>
      <li>
        In the <b>Pine Editor</b>, add this indicator to the chart, with your condition in the third line.{' '}
        <BarLength link={link} />
        <Lines text={toIndicator(side)} name="indicator" />
        <details>
          <summary>You have a strategy script</summary>
          <p>
            Add these lines at its end instead. They report a MARKET exit one bar after its signal, also with{' '}
            <code>process_orders_on_close</code>: the script runs before the order fills. To report it with
            the signal, use the indicator with your exit condition.
          </p>
          <Lines text={strategyLines} name="strategy lines" />
        </details>
      </li>
      <li>
        Select <b>Alert</b>. As the condition choose the script, and <b>Any alert() function call</b>, or{' '}
        <b>alert() function calls only</b> for a strategy. Don't use an order-fills alert with{' '}
        <code>{'{{strategy.market_position}}'}</code>: it is sent at fills only, so a lost “flat” never comes
        again.
      </li>
      <NameStep link={link} text="The message comes from the script." />
      <LastSteps />
    </ol>
  );
}

function NameStep({ link, text }: { link: LinkView; text: string }) {
  return (
    <li>
      In the <b>Message</b> tab, name the alert <AlertName link={link} />. {text}
    </li>
  );
}

function LastSteps() {
  return (
    <>
      <li>
        In the <b>Notifications</b> tab, check <b>Webhook URL</b> and paste the link.
      </li>
      <li>
        Select <b>Create</b>.
      </li>
    </>
  );
}

function Lines({ text, name }: { text: string; name: string }) {
  return (
    <div class="lines">
      {/* It scrolls sideways, so the keyboard must reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} name={name} />
    </div>
  );
}
