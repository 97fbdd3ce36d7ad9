import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { EmptyState } from '../control/empty-state.tsx';
import { Icon } from '../control/icon.tsx';
import { SideTag, StatusPill } from '../control/pill.tsx';
import { openDialog } from '../dialog-name.ts';
import { ExitsCard } from '../exits/exits-card.tsx';
import { LiquidationPill, ProtectionPill } from '../exits/protection-pill.tsx';
import { exchangeName, hasEnded, marketName, toDisplayStatus } from '../labels.ts';
import { LinkTable } from '../link/link-table.tsx';
import { findStandingLinks } from '../link/standing-links.ts';
import { lastPositions, paths } from '../route.ts';
import { findLinks, findPosition, hits, positions } from '../store.ts';
import { Timestamp } from '../timestamp.tsx';
import { AttentionBanner } from './attention-banner.tsx';
import { Chart } from './chart.tsx';
import { FigureList } from './figure-list.tsx';
import { OrderList } from './order-list.tsx';
import { PositionMenu } from './position-menu.tsx';
import { Timeline } from './timeline.tsx';

/** Position Info. */
export function PositionInfo({ positionId }: { positionId: string }) {
  const position = findPosition(positionId);
  if (position === undefined) return positions.value === undefined ? null : <NotFound />;
  return (
    <>
      <a class="back" href={lastPositions.value}>
        <Icon name="back" /> My Positions
      </a>
      <Heading position={position} />
      <PositionBanners position={position} />
      <FigureList position={position} />
      <Chart key={positionId} position={position} />
      <div class="columns details">
        <div>
          <ExitsCard position={position} />
          <section class="card">
            <h2>Orders</h2>
            <OrderList position={position} />
          </section>
          <Links position={position} />
        </div>
        <section class="card">
          <div class="card-head">
            <h2>History</h2>
            <a href={`${paths.history}?position=${positionId}`}>All hits</a>
          </div>
          <Timeline
            position={position}
            links={findLinks(positionId)}
            hits={hits.value.filter((hit) => hit.positionId === positionId)}
          />
        </section>
      </div>
    </>
  );
}

function NotFound() {
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Position Info</h1>
      </header>
      <EmptyState icon="search" title="Position not found">
        <p>
          It may have been forgotten. See <a href={paths.positions}>My Positions</a>.
        </p>
      </EmptyState>
    </>
  );
}

function Heading({ position }: { position: PositionView }) {
  const { positionId, symbol, exchange, account, label, tag } = position;
  return (
    <header class="view-head">
      <div>
        <h1 tabIndex={-1}>
          {marketName(symbol)} <SideTag side={position.side} /> <StatusPill position={position} />{' '}
          <ProtectionPill position={position} /> <LiquidationPill position={position} />
        </h1>
        <p class="subtitle">
          {exchangeName(exchange)} · account {account}
          {label === undefined ? '' : ` · ${label}`}
          {tag === undefined ? '' : ` · tag ${tag}`}
        </p>
      </div>
      <div class="actions">
        {hasEnded(position) ? null : (
          <button
            type="button"
            class="primary"
            onClick={() => openDialog({ kind: 'create-link', positionId })}
          >
            <Icon name="link" /> Create Webhook Link
          </button>
        )}
        <PositionMenu position={position} place="position-info" />
      </div>
    </header>
  );
}

/** Ripcord knew a stop, and the exchange has none. */
function NakedBanner({ nakedSince }: Pick<PositionView, 'nakedSince'>) {
  return nakedSince === undefined ? null : (
    <p class="banner warn" role="status">
      <span>
        <strong>No stop at the exchange</strong> since <Timestamp at={nakedSince} />. The stop that Ripcord
        knows is gone. Set another one with Edit exits.
      </span>
    </p>
  );
}

function PositionBanners({ position }: { position: PositionView }) {
  const { progress, failure, outcome, staleReason, lastSyncedAt, nakedSince } = position;
  return (
    <>
      {toDisplayStatus(position) === 'needs-attention' ? (
        <AttentionBanner position={position} title="Needs your attention." />
      ) : null}
      <NakedBanner nakedSince={nakedSince} />
      {progress === undefined ? null : (
        <p class="banner" role="status">
          <span>
            <strong>Closing.</strong> {progress} Ripcord finishes this by itself. Until then links and Close
            now do nothing more.
          </span>
        </p>
      )}
      {failure === undefined ? null : (
        <p class="banner">
          {failure.source === 'exchange'
            ? 'The exchange refused the last attempt'
            : 'The last attempt failed'}
          : {failure.message}
        </p>
      )}
      {outcome === undefined ? null : <p class="banner">{outcome.detail}</p>}
      {staleReason === undefined ? null : (
        <p class="banner">
          {lastSyncedAt === undefined ? (
            'Not read from the exchange yet'
          ) : (
            <>
              Showing data from <Timestamp at={lastSyncedAt} />
            </>
          )}
          : {staleReason}
        </p>
      )}
    </>
  );
}

function Links({ position }: { position: PositionView }) {
  const own = findLinks(position.positionId);
  const standing = hasEnded(position) ? [] : findStandingLinks(position);
  return (
    <section class="card">
      <h2>Links</h2>
      {own.length === 0 && standing.length === 0 ? <p class="muted card-body">No links yet.</p> : null}
      {own.length === 0 ? null : <LinkTable links={own} of="one position" />}
      {standing.length === 0 ? null : (
        <>
          <h3 class="card-body">Standing links that match</h3>
          <LinkTable links={standing} of="all positions" />
        </>
      )}
    </section>
  );
}
