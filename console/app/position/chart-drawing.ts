import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  type IPriceLine,
  LineStyle,
  TickMarkType,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { price } from '../format.ts';

type Candle = CommandResult<'positions.candles'>['candles'][number];

export interface Line {
  price: string;
  title: string;
  look: 'entry' | 'target' | 'stop';
  dashed: boolean;
}

export interface Mark {
  /** Epoch milliseconds. */
  at: number;
  shape: 'buy' | 'sell' | 'hit';
  text: string;
}

export interface Drawing {
  showCandles(candles: Candle[], fit: boolean): void;
  showPosition(lines: Line[], marks: Mark[]): void;
  remove(): void;
}

/** The page's own colours, which follow the system's light or dark. */
function coloursOf(element: Element) {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of('ink'),
    quiet: of('ink-quiet'),
    line: of('line'),
    gain: of('gain'),
    loss: of('loss'),
    surface: of('surface'),
  };
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const both = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
function dateOf(time: unknown) {
  return new Date(Number(time) * 1_000);
}

/** A line further away than this part of the price would flatten the candles: it is left outside the view. */
const farAway = 0.2;

/** The only place that knows the charting library. Floats only from here on: they are pixels in the end. */
export function drawChart(place: HTMLElement, priceStep: string): Drawing {
  let lines: Line[] = [];
  let marks: Mark[] = [];
  let candles: Candle[] = [];
  let drawn: IPriceLine[] = [];
  const chart = createChart(place, {
    autoSize: true,
    layout: { attributionLogo: false, fontFamily: getComputedStyle(place).fontFamily, fontSize: 12 },
    localization: { timeFormatter: (time: unknown) => both.format(dateOf(time)) },
    timeScale: {
      timeVisible: true,
      borderVisible: false,
      rightOffset: 18,
      tickMarkFormatter: (time: unknown, type: TickMarkType) =>
        (type === TickMarkType.Time || type === TickMarkType.TimeWithSeconds ? clock : day).format(
          dateOf(time),
        ),
    },
    rightPriceScale: { borderVisible: false },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  });
  const series = chart.addSeries(CandlestickSeries, {
    borderVisible: false,
    priceFormat: {
      type: 'custom',
      minMove: Number(priceStep),
      formatter: (value: number) => price(String(value), priceStep),
    },
    autoscaleInfoProvider: (
      original: () => { priceRange: { minValue: number; maxValue: number } | null } | null,
    ) => {
      const info = original();
      const range = info?.priceRange;
      if (info === null || !range) return info;
      const near = lines
        .map(({ price }) => Number(price))
        .filter((price) => Math.abs(price / range.maxValue - 1) < farAway);
      return {
        ...info,
        priceRange: {
          minValue: Math.min(range.minValue, ...near),
          maxValue: Math.max(range.maxValue, ...near),
        },
      };
    },
  });
  const markers = createSeriesMarkers(series, []);

  const paint = () => {
    const { ink, quiet, line, gain, loss, surface } = coloursOf(place);
    chart.applyOptions({
      layout: { background: { type: ColorType.Solid, color: surface }, textColor: quiet },
      grid: { vertLines: { visible: false }, horzLines: { color: line } },
      crosshair: {
        vertLine: { color: quiet, labelBackgroundColor: ink },
        horzLine: { color: quiet, labelBackgroundColor: ink },
      },
    });
    series.applyOptions({ upColor: gain, downColor: loss, wickUpColor: gain, wickDownColor: loss });
    for (const each of drawn) series.removePriceLine(each);
    const colours = { entry: ink, target: gain, stop: loss };
    drawn = lines.map(({ price, title, look, dashed }) =>
      series.createPriceLine({
        price: Number(price),
        title,
        color: colours[look],
        lineWidth: 1,
        lineStyle: dashed ? LineStyle.Dashed : LineStyle.Solid,
        axisLabelVisible: true,
      }),
    );
    const starts = candles.map(({ at }) => at);
    markers.setMarkers(
      marks.flatMap(({ at, shape, text }) => {
        const start = starts.findLast((each) => each <= at);
        if (start === undefined) return [];
        const looks = {
          buy: { position: 'belowBar', shape: 'arrowUp', color: gain },
          sell: { position: 'aboveBar', shape: 'arrowDown', color: loss },
          hit: { position: 'aboveBar', shape: 'circle', color: ink },
        } as const;
        return [{ time: (start / 1_000) as UTCTimestamp, text, ...looks[shape] }];
      }),
    );
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', paint);
  paint();

  return {
    showCandles(next, fit) {
      candles = next;
      series.setData(
        next.map(({ at, open, high, low, close }) => ({
          time: (at / 1_000) as UTCTimestamp,
          open: Number(open),
          high: Number(high),
          low: Number(low),
          close: Number(close),
        })),
      );
      if (fit) chart.timeScale().fitContent();
      paint();
    },
    showPosition(nextLines, nextMarks) {
      lines = nextLines;
      marks = nextMarks;
      paint();
    },
    remove() {
      scheme.removeEventListener('change', paint);
      chart.remove();
    },
  };
}
