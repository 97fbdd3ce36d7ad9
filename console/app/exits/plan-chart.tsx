import { ReadAt } from '../aged.tsx';
import { PriceChart } from '../chart/price-chart.tsx';
import type { PriceLine } from '../chart/price-line.ts';
import { Segments } from '../control/segments.tsx';
import { formatPrice } from '../format.ts';
import { marketName } from '../labels.ts';
import type { Interval, Market } from './use-market.ts';

const intervals = (['5m', '15m', '1h', '4h', '1d'] as const).map((value) => ({ value, label: value }));

/** The market's candles with the lines of a plan, which can be dragged. */
export function PlanChart({
  market,
  interval,
  onInterval,
  lines,
  onMove,
}: {
  market: Market & { priceAt: string };
  interval: Interval;
  onInterval: (interval: Interval) => void;
  lines: PriceLine[];
  onMove: (id: string, price: string) => void;
}) {
  const { symbol, priceStep, price, quote, candles, priceAt } = market;
  return (
    <div class="plan-chart">
      <div class="plan-head">
        <p>
          <ReadAt at={priceAt}>
            {marketName(symbol)} {formatPrice(price, priceStep)} <span class="unit">{quote}</span>
          </ReadAt>
        </p>
        <Segments name="Candle interval" value={interval} onChange={onInterval} options={intervals} />
      </div>
      <PriceChart
        label={`Candles of ${marketName(symbol)} with the lines of this plan. The fields have the same prices.`}
        priceStep={priceStep}
        candles={candles}
        viewKey={interval}
        lines={lines}
        moves={{ onMove }}
        size="small"
      />
      <p class="help">Drag a line, or focus it and press the arrow keys.</p>
    </div>
  );
}
