import { formatPrice } from '../format.ts';
import type { PriceLine } from './price-line.ts';
import type { OutsideLines } from './price-range.ts';

/** Names the lines that lie above and below what the chart shows. */
export function EdgeLines({ above, below, priceStep }: OutsideLines & { priceStep: string }) {
  return (
    <>
      <Edge place="above" lines={above.toReversed()} priceStep={priceStep} />
      <Edge place="below" lines={below} priceStep={priceStep} />
    </>
  );
}

function Edge({
  place,
  lines,
  priceStep,
}: {
  place: 'above' | 'below';
  lines: PriceLine[];
  priceStep: string;
}) {
  if (lines.length === 0) return null;
  return (
    <ul class={`edge ${place}`} aria-label={`Lines ${place} the chart`}>
      {lines.map(({ title, price, kind }) => (
        <li key={`${title} ${price}`} class={kind}>
          <span aria-hidden="true">{place === 'above' ? '↑' : '↓'}</span> {title}{' '}
          {formatPrice(price, priceStep)}
        </li>
      ))}
    </ul>
  );
}
