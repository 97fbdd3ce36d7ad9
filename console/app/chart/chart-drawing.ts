import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineStyle,
  type SeriesMarker,
  TickMarkType,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { formatPrice } from '../format.ts';
import { type CandleMark, collapseMarks } from './collapse-marks.ts';
import type { Mark, PriceLine } from './price-line.ts';
import { includeLines, type Range } from './price-range.ts';

export type Candle = CommandResult<'positions.candles'>['candles'][number];

export interface Drawing {
  showCandles(candles: Candle[], view: 'fit-view' | 'keep-view'): void;
  showPosition(lines: PriceLine[], marks: Mark[]): void;
  /** @returns pixels below the top; undefined if the price is out of view. */
  toY(price: string): number | undefined;
  /** @returns the price at so many pixels below the top. It is not rounded. */
  toPrice(y: number): string | undefined;
  /** The prices at the lower and the upper end; undefined before anything is drawn. */
  visibleRange(): Range | undefined;
  /** Pixels at the right that the price axis takes. */
  axisWidth(): number;
  /** While a line is dragged, the price scale must not move below the pointer. */
  holdScale(isHeld: boolean): void;
  remove(): void;
}

/** What is drawn now. */
interface Content {
  candles: Candle[];
  lines: PriceLine[];
  marks: Mark[];
}

/**
 * The only file that knows the charting library. Amounts are floats only from here on, because they end as pixels.
 * The colors are the page's own, and follow the system's light or dark.
 */
export function drawChart(place: HTMLElement, priceStep: string, onLayout: () => void): Drawing {
  const content: Content = { candles: [], lines: [], marks: [] };
  const chart = createChart(place, toChartOptions(place));
  const series = chart.addSeries(CandlestickSeries, toSeriesOptions(priceStep, content));
  const markers = createSeriesMarkers(series, []);
  // The library calls it whenever prices may have moved on the screen.
  series.attachPrimitive({ updateAllViews: onLayout });
  let priceLines: IPriceLine[] = [];
  const paint = () => {
    const colors = readColors(place);
    paintColors(chart, series, colors);
    for (const each of priceLines) series.removePriceLine(each);
    priceLines = content.lines.map((line) => series.createPriceLine(toPriceLineOptions(line, colors)));
    const openings = content.candles.map(({ at }) => at);
    markers.setMarkers(collapseMarks(content.marks, openings).map((mark) => toMarker(mark, colors)));
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', paint);
  paint();
  return {
    showCandles(candles, view) {
      content.candles = candles;
      series.setData(candles.map(toBar));
      if (view === 'fit-view') chart.timeScale().fitContent();
      paint();
    },
    showPosition(lines, marks) {
      content.lines = lines;
      content.marks = marks;
      paint();
    },
    ...toPlaces(chart, series),
    remove() {
      scheme.removeEventListener('change', paint);
      chart.remove();
    },
  };
}

/** Between prices and pixels. */
function toPlaces(
  chart: IChartApi,
  series: ISeriesApi<'Candlestick'>,
): Pick<Drawing, 'toY' | 'toPrice' | 'visibleRange' | 'axisWidth' | 'holdScale'> {
  const toHeight = () => chart.panes()[0]?.getHeight() ?? 0;
  return {
    toY(price) {
      const y = series.priceToCoordinate(Number(price));
      return y === null || y < 0 || y > toHeight() ? undefined : y;
    },
    toPrice(y) {
      const price = series.coordinateToPrice(Math.min(Math.max(y, 0), toHeight()));
      return price === null ? undefined : String(price);
    },
    visibleRange() {
      const [maxValue, minValue] = [0, toHeight()].map((y) => series.coordinateToPrice(y) ?? Number.NaN);
      const isDrawn = Number.isFinite(minValue) && Number.isFinite(maxValue);
      return isDrawn ? { minValue: Number(minValue), maxValue: Number(maxValue) } : undefined;
    },
    axisWidth: () => chart.priceScale('right').width(),
    holdScale: (isHeld) => chart.priceScale('right').applyOptions({ autoScale: !isHeld }),
  };
}

type Colors = ReturnType<typeof readColors>;

function readColors(element: Element) {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read('ink'),
    quiet: read('ink-quiet'),
    line: read('line'),
    gain: read('gain'),
    loss: read('loss'),
    surface: read('surface'),
  };
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** The library's times are epoch seconds. */
function toDate(time: unknown): Date {
  return new Date(Number(time) * 1_000);
}

function formatTick(time: unknown, type: TickMarkType): string {
  const isTime = type === TickMarkType.Time || type === TickMarkType.TimeWithSeconds;
  return (isTime ? timeOfDay : day).format(toDate(time));
}

function toChartOptions(place: HTMLElement) {
  return {
    autoSize: true,
    layout: { attributionLogo: false, fontFamily: getComputedStyle(place).fontFamily, fontSize: 12 },
    localization: { timeFormatter: (time: unknown) => dayAndTime.format(toDate(time)) },
    timeScale: {
      timeVisible: true,
      borderVisible: false,
      rightOffset: 18,
      tickMarkFormatter: formatTick,
    },
    rightPriceScale: { borderVisible: false },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  };
}

type ReadScale = () => { priceRange: { minValue: number; maxValue: number } | null } | null;

function toSeriesOptions(priceStep: string, content: Content) {
  return {
    borderVisible: false,
    priceFormat: {
      type: 'custom' as const,
      minMove: Number(priceStep),
      formatter: (value: number) => formatPrice(String(value), priceStep),
    },
    autoscaleInfoProvider: (readScale: ReadScale) => includeNear(readScale(), content.lines),
  };
}

function includeNear(scale: ReturnType<ReadScale>, lines: PriceLine[]) {
  const range = scale?.priceRange;
  return scale === null || !range ? scale : { ...scale, priceRange: includeLines(range, lines) };
}

function paintColors(chart: IChartApi, series: ISeriesApi<'Candlestick'>, colors: Colors): void {
  const { ink, quiet, line, gain, loss, surface } = colors;
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: surface }, textColor: quiet },
    grid: { vertLines: { visible: false }, horzLines: { color: line } },
    crosshair: {
      vertLine: { color: quiet, labelBackgroundColor: ink },
      horzLine: { color: quiet, labelBackgroundColor: ink },
    },
  });
  series.applyOptions({
    upColor: gain,
    downColor: loss,
    wickUpColor: gain,
    wickDownColor: loss,
    // Green and red lines are exits, and dashed ones orders.
    priceLineColor: quiet,
    priceLineStyle: LineStyle.Dotted,
  });
}

function toPriceLineOptions({ id, price, title, kind, dashed }: PriceLine, { ink, gain, loss }: Colors) {
  return {
    price: Number(price),
    // The handle of a line that can be moved has the title.
    title: id === undefined ? title : '',
    color: { entry: ink, target: gain, stop: loss }[kind],
    lineWidth: 1 as const,
    lineStyle: dashed ? LineStyle.Dashed : LineStyle.Solid,
    axisLabelVisible: true,
  };
}

function toMarker({ at, text, shape }: CandleMark, { gain, loss, ink }: Colors): SeriesMarker<Time> {
  const shapes = {
    buy: { position: 'belowBar', shape: 'arrowUp', color: gain },
    sell: { position: 'aboveBar', shape: 'arrowDown', color: loss },
    hit: { position: 'aboveBar', shape: 'circle', color: ink },
    failed: { position: 'aboveBar', shape: 'square', color: loss },
  } as const;
  return { time: toTime(at), text, ...shapes[shape] };
}

function toBar({ at, open, high, low, close }: Candle) {
  return {
    time: toTime(at),
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
  };
}

function toTime(epochMs: number): UTCTimestamp {
  return (epochMs / 1_000) as UTCTimestamp;
}
