import { useRef } from 'preact/hooks';
import { formatPrice } from '../format.ts';
import type { Drawing } from './chart-drawing.ts';
import { moveByKey, snapToStep } from './drag-price.ts';
import type { PriceLine } from './price-line.ts';

/** What happens to a line that is moved. Prices are multiples of the market's step. */
export interface LineMoves {
  /** On every step of a move. */
  onMove(id: string, price: string): void;
  /** When the pointer is released, or Enter is pressed. */
  onDrop?(id: string): void;
  /** Escape, or a press without a move. */
  onCancel?(): void;
  /** When the focus leaves the line. */
  onLeave?(): void;
}

interface HandleProps {
  line: PriceLine & { id: string };
  priceStep: string;
  drawing: { readonly current: Drawing | undefined };
  moves: LineMoves;
}

/** A handle on each line that can be moved. */
export function LineHandles({ lines, ...rest }: Omit<HandleProps, 'line'> & { lines: PriceLine[] }) {
  return (
    <>
      {lines.map((line) =>
        line.id === undefined ? null : <Handle key={line.id} line={{ ...line, id: line.id }} {...rest} />,
      )}
    </>
  );
}

/** Pixels from one title to the next. */
const titleHeight = 22;
const titleGap = 8;

/** Puts each handle on its line, and hides those whose price is out of view. Titles of close lines stand side by side. */
export function placeHandles(place: HTMLElement | null, drawing: Drawing | undefined): void {
  if (place === null || drawing === undefined) return;
  place.style.right = `${drawing.axisWidth()}px`;
  const placed: { y: number; right: number }[] = [];
  for (const handle of place.querySelectorAll<HTMLElement>('.handle')) {
    const y = drawing.toY(handle.dataset.price ?? '');
    handle.classList.toggle('out', y === undefined);
    const grip = handle.firstElementChild;
    if (y === undefined || !(grip instanceof HTMLElement)) continue;
    handle.style.top = `${y}px`;
    const close = placed.filter((other) => Math.abs(other.y - y) < titleHeight).map(({ right }) => right);
    const left = Math.max(0, ...close) + titleGap;
    grip.style.marginLeft = `${left}px`;
    placed.push({ y, right: left + grip.offsetWidth });
  }
}

function Handle({ line: { id, title, kind, price }, priceStep, drawing, moves }: HandleProps) {
  const pointer = usePointer({ id, priceStep, drawing, moves });
  // Two keys can come between two renderings.
  const latest = useRef(price);
  latest.current = price;
  return (
    <div
      class={`handle ${kind}`}
      role="spinbutton"
      tabIndex={0}
      aria-label={`${title} line`}
      aria-valuenow={Number(price)}
      aria-valuetext={formatPrice(price, priceStep)}
      data-price={price}
      {...pointer}
      onBlur={() => moves.onLeave?.()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') moves.onDrop?.(id);
        if (event.key === 'Escape') moves.onCancel?.();
        const next = moveByKey(latest.current, event.key, priceStep);
        if (next !== undefined) {
          latest.current = next;
          moves.onMove(id, next);
        }
        if (next !== undefined || event.key === 'Enter') event.preventDefault();
      }}
    >
      <span class="grip">{title}</span>
    </div>
  );
}

/** Follows the pointer from where it is pressed until it is released, also outside of the chart. */
function usePointer({ id, priceStep, drawing, moves }: Omit<HandleProps, 'line'> & { id: string }) {
  const hasMoved = useRef<boolean | undefined>(undefined);
  const end = (event: PointerEvent) => {
    if (hasMoved.current === undefined) return;
    drawing.current?.holdScale(false);
    const isDrop = hasMoved.current && event.type === 'pointerup';
    hasMoved.current = undefined;
    if (isDrop) moves.onDrop?.(id);
    else moves.onCancel?.();
  };
  return {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      drawing.current?.holdScale(true);
      hasMoved.current = false;
    },
    onPointerMove(event: PointerEvent) {
      if (hasMoved.current === undefined) return;
      const place = (event.currentTarget as HTMLElement).parentElement;
      const price = drawing.current?.toPrice(event.clientY - (place?.getBoundingClientRect().top ?? 0));
      if (price === undefined) return;
      hasMoved.current = true;
      moves.onMove(id, snapToStep(price, priceStep));
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
