import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Candle, type Drawing, drawChart } from './chart-drawing.ts';
import { EdgeLines } from './edge-lines.tsx';
import { LineHandles, type LineMoves, placeHandles } from './line-handles.tsx';
import type { Mark, PriceLine } from './price-line.ts';
import { findOutside, type Range } from './price-range.ts';

interface PriceChartProps {
  /** What a screen reader reads instead of the picture. */
  label: string;
  priceStep: string;
  candles: Candle[];
  /** The chart shows all candles again when it changes. */
  viewKey: string;
  lines: PriceLine[];
  marks?: Mark[];
  /** Absent: no line can be moved. */
  moves?: LineMoves;
  size?: 'small';
}

/** Candles with lines, which a pointer or the arrow keys move. */
export function PriceChart({ label, lines, moves, size, ...drawn }: PriceChartProps) {
  const { place, handles, drawing, range } = useDrawing({ ...drawn, lines });
  return (
    <div class={`chart-place ${size ?? ''}`}>
      <div ref={place} class="chart" role="img" aria-label={label} />
      <div ref={handles} class="handles">
        {moves === undefined ? null : (
          <LineHandles lines={lines} priceStep={drawn.priceStep} drawing={drawing} moves={moves} />
        )}
      </div>
      {range === undefined ? null : <EdgeLines {...findOutside(lines, range)} priceStep={drawn.priceStep} />}
    </div>
  );
}

function useDrawing({
  priceStep,
  candles,
  viewKey,
  lines,
  marks = [],
}: Pick<PriceChartProps, 'priceStep' | 'candles' | 'viewKey' | 'lines' | 'marks'>) {
  const place = useRef<HTMLDivElement>(null);
  const handles = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const shownKey = useRef('');
  const [range, setRange] = useState<Range | undefined>(undefined);
  const follow = useCallback(() => {
    // The library reports a change before it has measured it.
    requestAnimationFrame(() => {
      placeHandles(handles.current, drawing.current);
      const next = drawing.current?.visibleRange();
      setRange((known) => (isSameRange(known, next) ? known : next));
    });
  }, []);
  useEffect(() => {
    if (place.current === null) return;
    const chart = drawChart(place.current, priceStep, follow);
    drawing.current = chart;
    shownKey.current = '';
    return () => {
      drawing.current = undefined;
      chart.remove();
    };
  }, [priceStep]);
  useEffect(() => {
    drawing.current?.showCandles(candles, shownKey.current === viewKey ? 'keep-view' : 'fit-view');
    shownKey.current = viewKey;
  }, [candles, viewKey, priceStep]);
  useEffect(() => {
    drawing.current?.showPosition(lines, marks);
    placeHandles(handles.current, drawing.current);
  });
  return { place, handles, drawing, range };
}

function isSameRange(a: Range | undefined, b: Range | undefined): boolean {
  return a?.minValue === b?.minValue && a?.maxValue === b?.maxValue;
}
