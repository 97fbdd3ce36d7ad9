import { formatPrice } from '../format.ts';
import { breakEven, type ExitChoices, isDecimal, type Side, type StopChoice } from './exit-choices.ts';

/** @returns each exit as a sentence, with its price. */
export function describeChoices(
  { targets, stop }: ExitChoices,
  { side, priceStep }: { side: Side; priceStep: string },
): string[] {
  const verb = side === 'long' ? 'sell' : 'buy back';
  const format = (price: string) => (isDecimal(price) ? formatPrice(price, priceStep) : price);
  const sentences = targets.map(
    ({ price, percent }, index) =>
      `Target ${index + 1}: ${verb} ${percent} % at ${format(price)} with a LIMIT order.`,
  );
  if (stop === undefined)
    return [...sentences, targets.length === 0 ? 'No targets and no stop.' : 'No stop.'];
  return [...sentences, describeStop(stop, verb, format)];
}

function describeStop({ price, limitPrice }: StopChoice, verb: string, format: (price: string) => string) {
  const at = price === breakEven ? 'break-even' : format(price);
  const how =
    limitPrice.trim() === ''
      ? 'at market'
      : `with a LIMIT order at ${format(limitPrice.trim())}, which may never fill`;
  return `Stop: when the last price reaches ${at}, ${verb} all that remains ${how}.`;
}
