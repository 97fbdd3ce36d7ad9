import type { ComponentChildren } from 'preact';
import { Empty } from '../control/empty.tsx';
import { Icon } from '../control/icon.tsx';
import { SideTag, StagePill } from '../control/pill.tsx';
import { openDialog } from '../dialog-name.ts';
import { amount, price } from '../format.ts';
import { baseOf, exchangeName, isOver, marketName, stageOf } from '../labels.ts';
import { LinkTable } from '../link/link-table.tsx';
import { pathOf } from '../route.ts';
import { hits, linksOf, positionOf, positions } from '../store.ts';
import { Moment } from '../timestamp.tsx';
import { Chart } from './chart.tsx';
import { armedCount } from './columns.tsx';
import { OrderList } from './order-list.tsx';
import { PositionMenu } from './position-menu.tsx';
import { Profit } from './profit.tsx';
import { Timeline } from './timeline.tsx';

function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Position Info. */
export function PositionInfo({ positionId }: { positionId: string }) {
  const position = positionOf(positionId);
  if (position === undefined)
    return positions.value === undefined ? null : (
      <Empty icon="search" title="There is no such position">
        <p>
          It may have been forgotten. See <a href={pathOf.positions}>My Positions</a>.
        </p>
      </Empty>
    );
  const links = linksOf(positionId);
  const { amountStep, priceStep, symbol } = position;
  const unit = <span class="unit">{baseOf(symbol)}</span>;
  return (
    <>
      <a class="back" href={pathOf.positions}>
        <Icon name="back" /> My Positions
      </a>
      <header class="view-head">
        <div>
          <h1 tabIndex={-1}>
            {marketName(symbol)} <SideTag side={position.side} /> <StagePill position={position} />
          </h1>
          <p class="subtitle">
            {exchangeName(position.exchange)} · account {position.account}
            {position.label === undefined ? '' : ` · ${position.label}`}
          </p>
        </div>
        <div class="actions">
          {isOver(position) ? null : (
            <button
              type="button"
              class="primary"
              onClick={() => openDialog({ kind: 'create-link', positionId })}
            >
              <Icon name="link" /> Create Webhook Link
            </button>
          )}
          <PositionMenu position={position} here="info" />
        </div>
      </header>
      {stageOf(position) === 'attention' ? (
        <div class="banner warn" role="alert">
          <Icon name="alert" />
          <p>
            <strong>Needs a person.</strong> {position.attentionReason}
          </p>
          <button type="button" onClick={() => openDialog({ kind: 'resolve', positionId })}>
            Resolve…
          </button>
        </div>
      ) : null}
      {position.failure === undefined ? null : (
        <p class="banner">The exchange refused the last attempt: {position.failure.message}</p>
      )}
      {position.outcome === undefined ? null : <p class="banner">{position.outcome.detail}</p>}
      {position.staleReason === undefined ? null : (
        <p class="banner">
          Shown as it was{' '}
          {position.lastSyncedAt === undefined ? 'last' : <Moment at={position.lastSyncedAt} />}:{' '}
          {position.staleReason}
        </p>
      )}
      <dl class="card figures">
        <Figure name="Unrealised profit">
          <Profit position={position} inline />
        </Figure>
        <Figure name="Left">
          {amount(position.remaining, amountStep)} {unit}
        </Figure>
        <Figure name="Filled">
          {amount(position.filled, amountStep)} <span class="unit">of</span>{' '}
          {amount(position.amount, amountStep)} {unit}
        </Figure>
        <Figure name="Entry">{price(position.averageEntry, priceStep)}</Figure>
        <Figure name="Mark">{price(position.markPrice, priceStep)}</Figure>
        <Figure name="Exits">{position.openExitOrders}</Figure>
        <Figure name="Links armed">{armedCount(position)}</Figure>
      </dl>
      <Chart key={positionId} position={position} />
      <div class="columns">
        <div>
          <section class="card">
            <h2>Orders</h2>
            <OrderList position={position} />
          </section>
          <section class="card">
            <h2>Links</h2>
            {links.length === 0 ? (
              <p class="muted card-body">No links yet. Create one with the button above.</p>
            ) : (
              <LinkTable links={links} withPosition={false} />
            )}
          </section>
        </div>
        <section class="card">
          <h2>History</h2>
          <Timeline
            position={position}
            links={links}
            hits={hits.value.filter((hit) => hit.positionId === positionId)}
          />
        </section>
      </div>
    </>
  );
}
