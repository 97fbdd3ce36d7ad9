import type { ComponentChildren } from 'preact';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { findNextTarget, findOpenedAt, findStop, isStopBeyondLiquidation } from '../../figures.ts';
import { Aged } from '../aged.tsx';
import { formatAmount, formatMoney, formatPrice, isPositive } from '../format.ts';
import { exchangeName, hasEnded, toBaseCurrency } from '../labels.ts';
import { formatLocalTime } from '../timestamp.tsx';
import { Age } from './age.tsx';
import { countArmedLinks } from './columns.tsx';
import { Distance, Multiple, Value } from './figure-text.tsx';
import { Fees, Money, Profit } from './profit.tsx';

type Props = { position: PositionView };

/** All figures of a position. */
export function FigureList({ position }: Props) {
  const { filled, remaining } = position;
  const holds = isPositive(remaining) && !hasEnded(position);
  return (
    <dl class="card figures">
      <Figure name="Unrealized profit">
        <Aged position={position} of="price">
          <Profit position={position} place="beside" />
          <Multiple position={position} />
        </Aged>
      </Figure>
      {isPositive(filled) ? <Results position={position} /> : null}
      <Sizes position={position} />
      {holds ? <Exits position={position} /> : null}
      {holds && position.symbol.includes(':') ? <Margin position={position} /> : null}
      {hasEnded(position) ? null : (
        <Figure name="Open for">
          <Age since={findOpenedAt(position)} />
        </Figure>
      )}
      <Figure name="Armed links">{countArmedLinks(position)}</Figure>
    </dl>
  );
}

/** What the position has brought so far. */
function Results({ position }: Props) {
  const { realizedProfit, fees, funding, netProfit, quote, symbol } = position;
  return (
    <>
      <Figure name="Realized profit">
        <Aged position={position} of="amounts">
          <Money amount={realizedProfit} quote={quote} />
        </Aged>
      </Figure>
      <Figure name="Fees">
        <Aged position={position} of="amounts">
          <Fees fees={fees} />
        </Aged>
      </Figure>
      {symbol.includes(':') ? (
        <Figure name="Funding">
          <Aged position={position} of="amounts">
            <Money amount={funding} quote={quote} />
          </Aged>
        </Figure>
      ) : null}
      <Figure name="Net profit">
        <Aged position={position} of="amounts">
          <Money amount={netProfit} quote={quote} />
        </Aged>
      </Figure>
    </>
  );
}

function Sizes({ position }: Props) {
  const { amount, filled, remaining, averageEntry, markPrice, amountStep, priceStep, symbol } = position;
  const unit = <span class="unit">{toBaseCurrency(symbol)}</span>;
  return (
    <>
      <Figure name="Remaining">
        <Aged position={position} of="amounts">
          {formatAmount(remaining, amountStep)} {unit}
        </Aged>
      </Figure>
      <Figure name="Value">
        <Value position={position} />
      </Figure>
      <Figure name="Filled">
        <Aged position={position} of="amounts">
          {formatAmount(filled, amountStep)} <span class="unit">of</span> {formatAmount(amount, amountStep)}{' '}
          {unit}
        </Aged>
      </Figure>
      <Figure name="Entry">
        <Aged position={position} of="amounts">
          {formatPrice(averageEntry, priceStep)}
        </Aged>
      </Figure>
      {hasEnded(position) ? null : (
        <Figure name="Mark">
          <Aged position={position} of="price">
            {formatPrice(markPrice, priceStep)}
          </Aged>
        </Figure>
      )}
    </>
  );
}

/** How far the price is from the stop and from the next target. */
function Exits({ position }: Props) {
  return (
    <>
      <Away name="To stop" of="stopDistance" price={findStop(position)} position={position} />
      <Away name="To next target" of="targetDistance" price={findNextTarget(position)} position={position} />
    </>
  );
}

function Away({
  name,
  of,
  price,
  position,
}: Props & { name: string; of: 'stopDistance' | 'targetDistance'; price: string | undefined }) {
  return (
    <Figure name={name}>
      <Aged position={position} of="price">
        <Distance position={position} of={of} />
      </Aged>
      {price === undefined ? null : <span class="beside unit">{formatPrice(price, position.priceStep)}</span>}
    </Figure>
  );
}

/** How the account finances the exchange position, as far as the exchange reports it. */
function Margin({ position }: Props) {
  const { exchangePosition: held, quote } = position;
  return (
    <>
      <Reported name="Leverage" position={position}>
        {held?.leverage === undefined ? <Unknown /> : `${held.leverage}×`}
      </Reported>
      <Reported name="Margin" position={position}>
        {held?.margin === undefined ? <Unknown /> : formatMoney(held.margin)}{' '}
        <span class="unit">{held?.margin === undefined ? '' : quote}</span>
        <span class="sub">{held?.marginMode ?? 'cross or isolated: unknown'}</span>
        <Shared position={position} />
      </Reported>
      <Reported name="Liquidation price" position={position}>
        {held?.liquidationPrice === undefined ? (
          <Unknown />
        ) : (
          <>
            {formatPrice(held.liquidationPrice, position.priceStep)}
            <span class="sub">
              <Distance position={position} of="liquidationDistance" /> from the mark price
            </span>
          </>
        )}
        {isStopBeyondLiquidation(position) ? (
          <span class="sub warn">The exchange liquidates before the stop.</span>
        ) : null}
      </Reported>
    </>
  );
}

/** Read with the amounts, and as old as they are. */
function Reported({ name, position, children }: Props & { name: string; children: ComponentChildren }) {
  const { exchangePosition: held, exchange } = position;
  const source =
    held === undefined
      ? 'Not read from the exchange yet'
      : `${exchangeName(exchange)} reported this at ${formatLocalTime(held.at)}`;
  return (
    <Figure name={name} source={source}>
      <Aged position={position} of="amounts">
        {children}
      </Aged>
    </Figure>
  );
}

function Unknown() {
  return <span class="muted">unknown</span>;
}

/** The exchange has one position a market and side, which several positions can share. */
function Shared({ position: { exchangePosition: held, remaining, amountStep, symbol } }: Props) {
  if (held === undefined) return null;
  const whole = formatAmount(held.amount, amountStep);
  if (whole === formatAmount(remaining, amountStep)) return null;
  return (
    <span class="sub">
      for {whole} {toBaseCurrency(symbol)} at the exchange
    </span>
  );
}

function Figure({ name, source, children }: { name: string; source?: string; children: ComponentChildren }) {
  return (
    <div title={source}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
