import { EmptyState } from '../control/empty-state.tsx';
import { openDialog } from '../dialog-name.ts';
import { marketName, toDisplayStatus } from '../labels.ts';
import { ChannelsCard } from '../notify/channels-card.tsx';
import { DismissAll } from '../outcome-note.tsx';
import { isListedAsOpen } from '../outcomes.ts';
import { AttentionBanner } from '../position/attention-banner.tsx';
import { PositionCard } from '../position/position-card.tsx';
import { paths } from '../route.ts';
import { positions, tradingAccounts } from '../store.ts';
import { Accounts } from './accounts.tsx';
import { Activity } from './activity.tsx';
import { AlertOptions } from './alert-options.tsx';
import { Totals } from './totals.tsx';

/** Each position that needs attention, with the way to resolve it. */
function Attention() {
  const waiting = (positions.value ?? []).filter((each) => toDisplayStatus(each) === 'needs-attention');
  return (
    <>
      {waiting.map((position) => (
        <AttentionBanner
          key={position.positionId}
          position={position}
          title={`${marketName(position.symbol)} ${position.side} needs your attention.`}
        />
      ))}
    </>
  );
}

function OpenPositions() {
  const open = (positions.value ?? []).filter(isListedAsOpen);
  return (
    <section class="card">
      <div class="card-head">
        <h2>Open positions</h2>
        <DismissAll />
        <a href={paths.positions}>My Positions</a>
      </div>
      {open.length > 0 ? (
        <ul class="position-cards">
          {open.map((position) => (
            <PositionCard key={position.positionId} position={position} />
          ))}
        </ul>
      ) : (
        <EmptyState icon="rows" title="No open positions">
          <NextStep />
        </EmptyState>
      )}
    </section>
  );
}

function NextStep() {
  return tradingAccounts.value?.length === 0 ? (
    <p>
      Add an exchange account in a terminal: <code>npx ripcord accounts add main --exchange binance</code>
    </p>
  ) : (
    <button type="button" class="primary" onClick={() => openDialog({ kind: 'adopt' })}>
      Adopt a position
    </button>
  );
}

export function Dashboard() {
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Dashboard</h1>
      </header>
      <Attention />
      <Totals />
      <div class="columns">
        <div>
          <OpenPositions />
          <Accounts />
        </div>
        <div>
          <ChannelsCard />
          <Activity />
          <AlertOptions />
        </div>
      </div>
    </>
  );
}
