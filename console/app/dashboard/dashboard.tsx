import { Empty } from '../control/empty.tsx';
import { Icon } from '../control/icon.tsx';
import { openDialog } from '../dialog-name.ts';
import { isOver, marketName, stageOf } from '../labels.ts';
import { PositionCard } from '../position/position-card.tsx';
import { pathOf } from '../route.ts';
import { accounts, positions } from '../store.ts';
import { Accounts } from './accounts.tsx';
import { Activity } from './activity.tsx';
import { Totals } from './totals.tsx';

/** What needs a person, with the way to settle it. */
function Attention() {
  const waiting = (positions.value ?? []).filter((position) => stageOf(position) === 'attention');
  return (
    <>
      {waiting.map(({ positionId, symbol, side, attentionReason }) => (
        <div key={positionId} class="banner warn" role="alert">
          <Icon name="alert" />
          <p>
            <strong>
              {marketName(symbol)} {side} needs a person.
            </strong>{' '}
            {attentionReason}
          </p>
          <button type="button" onClick={() => openDialog({ kind: 'resolve', positionId })}>
            Resolve…
          </button>
        </div>
      ))}
    </>
  );
}

export function Dashboard() {
  const open = (positions.value ?? []).filter((position) => !isOver(position));
  const hasAccounts = accounts.value === undefined || accounts.value.length > 0;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Dashboard</h1>
      </header>
      <Attention />
      <Totals />
      <div class="columns">
        <div>
          <section class="card">
            <div class="card-head">
              <h2>Open positions</h2>
              <a href={pathOf.positions}>My Positions</a>
            </div>
            {open.length > 0 ? (
              <ul class="position-cards">
                {open.map((position) => (
                  <PositionCard key={position.positionId} position={position} />
                ))}
              </ul>
            ) : (
              <Empty icon="rows" title="Nothing is open">
                {hasAccounts ? (
                  <button type="button" class="primary" onClick={() => openDialog({ kind: 'adopt' })}>
                    Adopt a position
                  </button>
                ) : (
                  <p>
                    Begin in a terminal: <code>npx ripcord accounts add main --exchange binance</code>
                  </p>
                )}
              </Empty>
            )}
          </section>
          <Accounts />
        </div>
        <Activity />
      </div>
    </>
  );
}
