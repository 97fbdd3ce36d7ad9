import type { ComponentChildren } from 'preact';
import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { CopyButton } from '../control/copy-button.tsx';
import { describeManualUse } from '../labels.ts';
import { strategyLines, toIndicator } from '../link/alert-plan.ts';
import { AlertIntro, AlertName } from '../link/alert-steps.tsx';

/** How to use a standing link in a TradingView alert, in TradingView's own terms. */
export function StrategySteps({ url, link }: { url: string; link: LinkView }) {
  return (
    <section class="steps">
      <AlertIntro url={url} link={link} />
      {link.follows === undefined ? <PlainSteps link={link} /> : <StateSteps link={link} />}
      <p class="help">
        Alerts expire: note the date that TradingView shows
        {link.watch === undefined ? '.' : ', because the watch acts when alerts stop.'}{' '}
        {describeManualUse(link)}
      </p>
    </section>
  );
}

function PlainSteps({ link }: { link: LinkView }) {
  return (
    <>
      {link.action === 'close' || link.action === 'reduce' ? (
        <p class="hint">
          Don't use an order-fills alert of a strategy: it fires at entries too, and the link would act on
          them.
        </p>
      ) : null}
      <ol>
        <li>
          Open the chart, and select <b>Alert</b>. {conditionAdvice(link)}
        </li>
        <NameStep
          link={link}
          text="Clear all text of the message: this link refuses alerts with a message."
        />
        <LastSteps />
      </ol>
    </>
  );
}

function conditionAdvice({ action }: LinkView): ComponentChildren {
  if (action === 'heartbeat')
    return (
      <>
        As the condition set a price that is always <b>Greater Than</b> 1, and <b>Once Per Bar Close</b>.
      </>
    );
  return (
    <>
      As the condition choose <b>Greater Than</b> or <b>Less Than</b> with <b>Once Per Bar Close</b>, not{' '}
      <b>Crossing</b> with <b>Only Once</b>: a lost alert then comes again.
    </>
  );
}

function StateSteps({ link }: { link: LinkView }) {
  const side = link.scope.side ?? link.side ?? 'long';
  return (
    <ol>
      <li>
        In the <b>Pine Editor</b>, add this indicator to the chart, with your condition in the third line.
        <Lines text={toIndicator(side)} name="indicator" />
        <details>
          <summary>You have a strategy script</summary>
          <p>Add these lines at its end instead.</p>
          <Lines text={strategyLines} name="strategy lines" />
        </details>
      </li>
      <li>
        Select <b>Alert</b>. As the condition choose the script, and <b>Any alert() function call</b>, or{' '}
        <b>alert() function calls only</b> for a strategy. An order-fills alert states nothing between fills.
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
