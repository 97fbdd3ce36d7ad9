import { useState } from 'preact/hooks';
import type { PriceLine } from '../chart/price-line.ts';
import { estimateExits, isLosing } from './estimate.ts';
import { EstimatePanel } from './estimate-panel.tsx';
import { breakEven, type ExitChoices, isDecimal, type Side } from './exit-choices.ts';
import { PlanChart } from './plan-chart.tsx';
import { entryLine, moveLine, toExitLines } from './plan-lines.ts';
import { type Interval, type Market, useMarket } from './use-market.ts';

/** What the exits are planned for. */
export interface PlannedEntry {
  account: string;
  symbol: string;
  side: Side;
  /** Undefined: at the market's price. An incomplete price is no price. */
  price: string | undefined;
  /** Absent: the entry can't be moved. */
  onMove?: (price: string) => void;
}

/** The market of a plan, with the interval of its candles. */
export function usePlanMarket(account: string, symbol: string) {
  const [interval, onInterval] = useState<Interval>('1h');
  return { ...useMarket(account, symbol, interval), interval, onInterval };
}

interface ExitPlanProps {
  entry: PlannedEntry;
  choices: ExitChoices;
  onChoices: (choices: ExitChoices) => void;
  reading: ReturnType<typeof usePlanMarket>;
  /** Undefined while it can't be known, for the reason in `missing`. */
  amount: string | undefined;
  missing?: string;
  breakEvenPrice: string | undefined;
}

/** The chart of a plan and, below it, what the plan would bring. */
export function ExitPlan(props: ExitPlanProps) {
  const { entry, choices, onChoices, reading, breakEvenPrice } = props;
  const { market, priceAt, interval, onInterval } = reading;
  if (market === undefined || priceAt === undefined)
    return (
      <p class="plan-empty muted">
        {reading.error ?? 'Choose a market: its chart and the estimates appear here.'}
      </p>
    );
  const move = (id: string, price: string) =>
    id === entryLine ? entry.onMove?.(price) : onChoices(moveLine(choices, id, price));
  return (
    <>
      <PlanChart
        market={{ ...market, priceAt }}
        interval={interval}
        onInterval={onInterval}
        lines={[...toEntryLine(entry, market), ...toExitLines(choices, breakEvenPrice)]}
        onMove={move}
      />
      {reading.error === undefined ? null : <p class="hint">The price is not up to date: {reading.error}</p>}
      <Estimates {...props} market={market} />
    </>
  );
}

function toEntryLine({ price, onMove }: PlannedEntry, market: Market): PriceLine[] {
  const at = price ?? market.price;
  if (!isDecimal(at)) return [];
  const movable = onMove === undefined ? {} : { id: entryLine };
  return [{ ...movable, price: at, title: 'Entry', kind: 'entry', dashed: price !== undefined }];
}

/** What the plan would bring. */
export function Estimates({
  entry: { side, price },
  choices: { targets, stop },
  market,
  amount,
  missing = 'Risk, R multiples and fees appear once price and size are complete.',
  breakEvenPrice,
}: Omit<ExitPlanProps, 'reading' | 'onChoices'> & { market: Market }) {
  const { base, quote, priceStep, amountStep, takerRate } = market;
  const entryPrice = price ?? market.price;
  if (amount === undefined || !isDecimal(entryPrice)) return <p class="help">{missing}</p>;
  const wanted = stop?.price === breakEven ? breakEvenPrice : stop?.price;
  const stopPrice = wanted !== undefined && isDecimal(wanted) ? wanted : undefined;
  const prices = { side, entryPrice, stopPrice, takerRate };
  return (
    <EstimatePanel
      estimate={estimateExits(prices, amount, targets, amountStep)}
      amount={amount}
      entryPrice={entryPrice}
      takerRate={takerRate}
      isStopWinning={stopPrice !== undefined && !isLosing(prices, stopPrice)}
      units={{ base, quote, priceStep, amountStep }}
    />
  );
}
