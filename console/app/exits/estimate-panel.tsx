import type { ComponentChildren } from 'preact';
import { formatAmount, formatCost, formatPrice, formatSigned, multiply, signOf } from '../format.ts';
import type { Estimate, Result } from './estimate.ts';

interface EstimatePanelProps {
  estimate: Estimate;
  amount: string;
  entryPrice: string;
  takerRate: string | null;
  /** The stop is on the winning side of the entry: there it secures a gain, or is refused. */
  isStopWinning: boolean;
  units: { base: string; quote: string; priceStep: string; amountStep: string };
}

/** What the entry and its exits would bring, before they are sent. */
export function EstimatePanel(props: EstimatePanelProps) {
  const { estimate, amount, entryPrice, takerRate, units } = props;
  const { base, quote, amountStep } = units;
  return (
    <section class="estimate" aria-label="Estimate">
      <dl>
        <Line name="Amount">
          {formatAmount(amount, amountStep)} {base}{' '}
          <span class="muted">
            ≈ {formatPrice(multiply(amount, entryPrice), '0.01')} {quote}
          </span>
        </Line>
        <Line name={props.isStopWinning ? 'Result at the stop' : 'Risk at the stop'}>
          {estimate.stop === undefined ? (
            <span class="muted">no stop</span>
          ) : (
            <Money gain={estimate.stop.gain} quote={quote} />
          )}
        </Line>
        {estimate.targets.map((target, index) => (
          <TargetLine key={index} name={`Target ${index + 1}`} result={target} units={units} />
        ))}
        {estimate.targets.length > 1 ? (
          <TargetLine name="All targets" result={estimate.all} units={units} />
        ) : null}
        <FeeLine estimate={estimate} takerRate={takerRate} quote={quote} />
      </dl>
      <p class="help">
        {takerRate === null
          ? "The account's fee rate could not be read: no fee is counted."
          : `Estimates at these prices, with the account's taker fee of ${toPercent(takerRate)} % for entry and exit. Slippage is not counted.`}
      </p>
    </section>
  );
}

function toPercent(rate: string): string {
  return multiply(rate, '100');
}

/** One figure with its name. */
export function Line({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Money({ gain, quote }: { gain: string; quote: string }) {
  return (
    <span class={signOf(gain)}>
      {formatSigned(gain)} <span class="unit">{quote}</span>
    </span>
  );
}

function TargetLine({
  name,
  result,
  units: { base, quote, amountStep },
}: {
  name: string;
  result: Result | undefined;
  units: EstimatePanelProps['units'];
}) {
  if (result === undefined)
    return (
      <Line name={name}>
        <span class="muted">–</span>
      </Line>
    );
  return (
    <Line name={name}>
      <span class="muted">
        {formatAmount(result.amount, amountStep)} {base}
      </span>{' '}
      <Money gain={result.gain} quote={quote} />
      {result.ratio === undefined ? null : <strong class="ratio">{formatSigned(result.ratio)} R</strong>}
    </Line>
  );
}

function FeeLine({
  estimate: { stop, all },
  takerRate,
  quote,
}: Pick<EstimatePanelProps, 'estimate' | 'takerRate'> & { quote: string }) {
  if (takerRate === null || (stop === undefined && all === undefined)) return null;
  const parts = [
    ...(stop === undefined ? [] : [`${formatCost(stop.fees)} with the stop`]),
    ...(all === undefined ? [] : [`${formatCost(all.fees)} with the targets`]),
  ];
  return (
    <Line name={`Fees in ${quote}`}>
      <span class="muted">about</span> {parts.join(' · ')}
    </Line>
  );
}
