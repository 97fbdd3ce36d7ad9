import { useEffect, useRef, useState } from 'preact/hooks';
import type { CommandInput, PositionView } from '../../../lib/admin/contract/commands.ts';
import { ask, wordsOf } from '../api.ts';
import { Segments } from '../control/segments.tsx';
import { price } from '../format.ts';
import { marketName } from '../labels.ts';
import { hits, toldAt } from '../store.ts';
import { type Drawing, drawChart } from './chart-drawing.ts';
import { linesOf, marksOf } from './chart-marks.ts';

type Interval = CommandInput<'positions.candles'>['interval'];
const intervals = (['1m', '5m', '15m', '1h', '4h', '1d'] as const).map((value) => ({ value, label: value }));

/** Candles of the market, with the position drawn on them. */
export function Chart({ position }: { position: PositionView }) {
  const [interval, setInterval] = useState<Interval>('1h');
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const { positionId, symbol, priceStep } = position;

  useEffect(() => {
    if (place.current === null) return;
    const chart = drawChart(place.current, priceStep);
    drawing.current = chart;
    return () => chart.remove();
  }, [priceStep]);

  // With every round of the page, candles too.
  const round = toldAt.value;
  const shown = useRef('');
  useEffect(() => {
    let isLate = false;
    ask('positions.candles', { positionId, interval, limit: 240 }).then(
      ({ candles }) => {
        if (isLate) return;
        drawing.current?.showCandles(candles, shown.current !== interval);
        shown.current = interval;
        setTrouble(undefined);
      },
      (thrown: unknown) => {
        if (!isLate) setTrouble(wordsOf(thrown));
      },
    );
    return () => {
      isLate = true;
    };
  }, [positionId, interval, round]);

  const own = hits.value.filter((hit) => hit.positionId === positionId);
  useEffect(() => {
    drawing.current?.showPosition(linesOf(position), marksOf(position, own));
  });

  return (
    <section class="card chart-card">
      <div class="chart-head">
        <h2>{marketName(symbol)}</h2>
        <Segments name="Length of a candle" value={interval} onChange={setInterval} options={intervals} />
      </div>
      <div
        ref={place}
        class="chart"
        role="img"
        aria-label={`Candles of ${marketName(symbol)}. Mark price ${price(position.markPrice, priceStep)}, entry ${price(position.averageEntry, priceStep)}. Orders and history are listed below.`}
      />
      <p class="chart-foot">
        {trouble === undefined ? (
          <span>
            <span class="key entry">Entry</span>
            <span class="key target">Take profit</span>
            <span class="key stop">Stop</span>
            <span class="key mark">Fills and hits</span>
          </span>
        ) : (
          <span role="alert">No candles: {trouble}</span>
        )}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          Charts by TradingView
        </a>
      </p>
    </section>
  );
}
