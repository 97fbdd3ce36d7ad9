import { useEffect, useRef, useState } from 'preact/hooks';
import type { CommandInput, PositionView } from '../../../lib/admin/contract/commands.ts';
import { call, errorMessage } from '../api.ts';
import { Segments } from '../control/segments.tsx';
import { formatPrice } from '../format.ts';
import { marketName } from '../labels.ts';
import { candleTurn, hits } from '../store.ts';
import { type Drawing, drawChart } from './chart-drawing.ts';
import { toMarks, toPriceLines } from './chart-marks.ts';

type Interval = CommandInput<'positions.candles'>['interval'];
const intervals = (['1m', '5m', '15m', '1h', '4h', '1d'] as const).map((value) => ({ value, label: value }));
/** As many as are legible on a wide screen. */
const maxCandles = 240;

/** Candles of the market, with the position drawn on them. */
export function Chart({ position }: { position: PositionView }) {
  const [interval, setInterval] = useState<Interval>('1h');
  const { place, error } = useDrawing(position, interval);
  const { symbol, priceStep, markPrice, averageEntry } = position;
  return (
    <section class="card chart-card">
      <div class="chart-head">
        <h2>{marketName(symbol)}</h2>
        <Segments name="Candle interval" value={interval} onChange={setInterval} options={intervals} />
      </div>
      <div
        ref={place}
        class="chart"
        role="img"
        aria-label={`Candles of ${marketName(symbol)}. Mark price ${formatPrice(markPrice, priceStep)}, entry ${formatPrice(averageEntry, priceStep)}. Orders and history are listed below.`}
      />
      <p class="chart-foot">
        {error === undefined ? <Legend /> : <span role="alert">No candles: {error}</span>}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          Charts by TradingView
        </a>
      </p>
    </section>
  );
}

function Legend() {
  return (
    <span>
      <span class="key entry">Entry</span>
      <span class="key target">Take profit</span>
      <span class="key stop">Stop loss</span>
      <span class="key mark">Fills and hits</span>
    </span>
  );
}

/** Draws into `place`. Candles and position follow each poll of the page. */
function useDrawing(position: PositionView, interval: Interval) {
  const [error, setError] = useState<string | undefined>(undefined);
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const shownInterval = useRef('');
  const { positionId, priceStep } = position;
  useEffect(() => {
    if (place.current === null) return;
    const chart = drawChart(place.current, priceStep);
    drawing.current = chart;
    return () => chart.remove();
  }, [priceStep]);
  useEffect(() => {
    let isOutdated = false;
    call('positions.candles', { positionId, interval, limit: maxCandles }).then(
      ({ candles }) => {
        if (isOutdated) return;
        drawing.current?.showCandles(candles, shownInterval.current === interval ? 'keep-view' : 'fit-view');
        shownInterval.current = interval;
        setError(undefined);
      },
      (thrown: unknown) => {
        if (!isOutdated) setError(errorMessage(thrown));
      },
    );
    return () => {
      isOutdated = true;
    };
  }, [positionId, interval, candleTurn.value]);
  const own = hits.value.filter((hit) => hit.positionId === positionId);
  useEffect(() => {
    drawing.current?.showPosition(toPriceLines(position), toMarks(position, own));
  });
  return { place, error };
}
