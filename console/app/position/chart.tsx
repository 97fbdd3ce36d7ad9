import { useEffect, useState } from 'preact/hooks';
import type { CommandInput, PositionView } from '../../../lib/admin/contract/commands.ts';
import { call, errorMessage } from '../api.ts';
import type { Candle } from '../chart/chart-drawing.ts';
import { PriceChart } from '../chart/price-chart.tsx';
import { Segments } from '../control/segments.tsx';
import { MoveDialog } from '../exits/move-dialog.tsx';
import { formatPrice } from '../format.ts';
import { canEditExits, marketName } from '../labels.ts';
import { candleTurn, findLinks, hits } from '../store.ts';
import { toMarks, toPriceLines } from './chart-marks.ts';

type Interval = CommandInput<'positions.candles'>['interval'];
const intervals = (['1m', '5m', '15m', '1h', '4h', '1d'] as const).map((value) => ({ value, label: value }));
/** As many as are legible on a wide screen. */
const maxCandles = 240;

/** Candles of the market, with the position drawn on them. */
export function Chart({ position }: { position: PositionView }) {
  const [interval, setInterval] = useState<Interval>('1h');
  const { candles, viewKey, error } = useCandles(position.positionId, interval);
  const { moved, isAsking, moves, stop } = useMoves();
  const { positionId, symbol, priceStep, markPrice, averageEntry } = position;
  const lines = toPriceLines(position).map((line) =>
    moved !== undefined && line.id === moved.id ? { ...line, price: moved.price } : line,
  );
  return (
    <section class="card chart-card">
      <div class="chart-head">
        <h2>{marketName(symbol)}</h2>
        <Segments name="Candle interval" value={interval} onChange={setInterval} options={intervals} />
      </div>
      <PriceChart
        label={`Candles of ${marketName(symbol)}. Mark price ${formatPrice(markPrice, priceStep)}, entry ${formatPrice(averageEntry, priceStep)}. Orders and history are listed below.`}
        priceStep={priceStep}
        candles={candles}
        viewKey={viewKey}
        lines={lines}
        marks={toMarks(
          position,
          hits.value.filter((hit) => hit.positionId === positionId),
          findLinks(positionId),
        )}
        {...(canEditExits(position) ? { moves } : {})}
      />
      <p class="chart-foot">
        {error === undefined ? <Legend /> : <span role="alert">No candles: {error}</span>}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          Charts by TradingView
        </a>
      </p>
      {moved !== undefined && isAsking ? (
        <MoveDialog position={position} line={moved.id} price={moved.price} onClose={stop} />
      ) : null}
    </section>
  );
}

/** The line that is moved, until the dialog that asks about it has closed. */
function useMoves() {
  const [moved, setMoved] = useState<{ id: string; price: string } | undefined>(undefined);
  const [isAsking, setAsking] = useState(false);
  const stop = () => {
    setMoved(undefined);
    setAsking(false);
  };
  const moves = {
    onMove: (id: string, price: string) => setMoved({ id, price }),
    onDrop: () => setAsking(true),
    onCancel: stop,
    // A price that was not confirmed must not stay on the chart. The dialog that asks takes the focus.
    onLeave: () => {
      if (!isAsking) stop();
    },
  };
  return { moved, isAsking, moves, stop };
}

function Legend() {
  return (
    <span>
      <span class="key entry">Entry</span>
      <span class="key target">Take profit</span>
      <span class="key stop">Stop loss</span>
      <span class="key last">Last price</span>
      <span class="key mark">Fired link</span>
    </span>
  );
}

/** Reads the candles again every 15 seconds. */
function useCandles(positionId: string, interval: Interval) {
  const [shown, setShown] = useState<{ candles: Candle[]; viewKey: string }>({ candles: [], viewKey: '' });
  const [error, setError] = useState<string | undefined>(undefined);
  useEffect(() => {
    let isOutdated = false;
    call('positions.candles', { positionId, interval, limit: maxCandles }).then(
      ({ candles }) => {
        if (isOutdated) return;
        setShown({ candles, viewKey: interval });
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
  return { ...shown, error };
}
