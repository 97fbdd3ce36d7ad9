import { useEffect, useRef } from 'preact/hooks';
import { ask, wordsOf } from './api.ts';
import { Icon, type IconName } from './control/icon.tsx';
import { Notice, say } from './control/toast.tsx';
import { Dashboard } from './dashboard/dashboard.tsx';
import { openDialog } from './dialog-name.ts';
import { Dialogs } from './dialogs.tsx';
import { marketName } from './labels.ts';
import { LinksView } from './link/links-view.tsx';
import { PositionInfo } from './position/position-view.tsx';
import { PositionsView } from './position/positions-view.tsx';
import { pathOf, type Route, route } from './route.ts';
import { paused, positionOf, positions, refresh, toldAt, trouble } from './store.ts';
import { localTime } from './timestamp.tsx';

const places: { view: Route['view']; path: string; name: string; icon: IconName }[] = [
  { view: 'dashboard', path: pathOf.dashboard, name: 'Dashboard', icon: 'home' },
  { view: 'positions', path: pathOf.positions, name: 'My Positions', icon: 'rows' },
  { view: 'links', path: pathOf.links, name: 'Links', icon: 'link' },
];

async function pauseLinks(): Promise<void> {
  try {
    await ask('links.pause', {});
    say('All links are paused. No hit does anything until you resume.');
  } catch (thrown) {
    say(wordsOf(thrown), 'bad');
  }
  await refresh();
}

/** The kill switch: stopping takes one click, going on asks first. */
function KillSwitch() {
  return paused.value ? (
    <button type="button" class="kill on" onClick={() => openDialog({ kind: 'resume' })}>
      <Icon name="play" /> <span>Resume links</span>
    </button>
  ) : (
    <button type="button" class="kill" onClick={() => void pauseLinks()}>
      <Icon name="pause" /> <span>Pause all links</span>
    </button>
  );
}

function Freshness() {
  const told = toldAt.value;
  const text = trouble.value !== undefined ? 'Not up to date' : told === undefined ? 'Loading' : 'Live';
  return (
    <span
      class={`fresh ${trouble.value === undefined ? '' : 'late'}`}
      title={told === undefined ? '' : `Last told at ${localTime(new Date(told).toISOString())}`}
    >
      {text}
    </span>
  );
}

function Banners() {
  return (
    <>
      {trouble.value === undefined ? null : (
        <p class="banner warn" role="alert">
          <Icon name="alert" />
          {trouble.value.message}
          {trouble.value.code === 'locked'
            ? ''
            : toldAt.value === undefined
              ? ' Trying again.'
              : ` Shown as it was at ${localTime(new Date(toldAt.value).toISOString())}. Trying again.`}
        </p>
      )}
      {paused.value ? (
        <p class="banner warn" role="status">
          <Icon name="pause" />
          <span>
            <strong>All links are paused.</strong> Hits are refused and recorded; nothing is closed or
            cancelled by a link.
          </span>
        </p>
      ) : null}
    </>
  );
}

function titleOf(now: Route): string {
  if (now.view !== 'position') return places.find(({ view }) => view === now.view)?.name ?? '';
  const position = positionOf(now.positionId);
  return position === undefined ? 'Position Info' : marketName(position.symbol);
}

function View({ now }: { now: Route }) {
  switch (now.view) {
    case 'dashboard':
      return <Dashboard />;
    case 'positions':
      return <PositionsView />;
    case 'position':
      return <PositionInfo positionId={now.positionId} />;
    case 'links':
      return <LinksView />;
  }
}

export function Shell() {
  const now = route.value;
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const where = now.view === 'position' ? now.positionId : now.view;
  const title = titleOf(now);
  useEffect(() => {
    document.title = `${title} · Ripcord`;
  }, [title]);
  useEffect(() => {
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.querySelector('h1')?.focus();
    }
    isFirst.current = false;
  }, [where]);
  const isIn = (view: Route['view']) =>
    view === now.view || (view === 'positions' && now.view === 'position');
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.querySelector('h1')?.focus()}>
        Skip to content
      </button>
      <header class="top">
        <a class="brand" href={pathOf.dashboard}>
          <img src="/console/icon.svg" alt="" width="22" height="22" />
          Ripcord
        </a>
        <nav aria-label="Main">
          {places.map(({ view, path, name, icon }) => (
            <a key={view} href={path} aria-current={isIn(view) ? 'page' : undefined}>
              <Icon name={icon} />
              {name}
            </a>
          ))}
        </nav>
        <Freshness />
        <KillSwitch />
      </header>
      <main ref={main}>
        <Banners />
        {positions.value === undefined ? (
          <p class="loading muted">Asking the exchange…</p>
        ) : (
          <View now={now} />
        )}
      </main>
      <Dialogs />
      <Notice />
    </>
  );
}
