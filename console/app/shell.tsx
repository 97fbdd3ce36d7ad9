import { useEffect, useRef } from 'preact/hooks';
import { Banners } from './banners.tsx';
import { Icon, type IconName } from './control/icon.tsx';
import { Toast } from './control/toast.tsx';
import { Dashboard } from './dashboard/dashboard.tsx';
import { Dialogs } from './dialogs.tsx';
import { KillSwitch } from './kill-switch.tsx';
import { marketName } from './labels.ts';
import { LinksView } from './link/links-view.tsx';
import { PositionInfo } from './position/position-view.tsx';
import { PositionsView } from './position/positions-view.tsx';
import { paths, type Route, route } from './route.ts';
import { error, findPosition, lastUpdatedAt, positions } from './store.ts';
import { formatLocalTime } from './timestamp.tsx';

const views: { view: Route['view']; path: string; name: string; icon: IconName }[] = [
  { view: 'dashboard', path: paths.dashboard, name: 'Dashboard', icon: 'home' },
  { view: 'positions', path: paths.positions, name: 'My Positions', icon: 'rows' },
  { view: 'links', path: paths.links, name: 'Links', icon: 'link' },
];

function Freshness() {
  const updatedAt = lastUpdatedAt.value;
  return (
    <span
      class={`fresh ${error.value === undefined ? '' : 'late'}`}
      title={
        updatedAt === undefined ? '' : `Last updated at ${formatLocalTime(new Date(updatedAt).toISOString())}`
      }
    >
      {freshnessLabel()}
    </span>
  );
}

function freshnessLabel(): string {
  if (error.value !== undefined) return 'Not up to date';
  return lastUpdatedAt.value === undefined ? 'Loading' : 'Live';
}

function viewTitle(now: Route): string {
  if (now.view !== 'position') return views.find(({ view }) => view === now.view)?.name ?? '';
  const position = findPosition(now.positionId);
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

function Navigation({ now }: { now: Route }) {
  const isIn = (view: Route['view']) =>
    view === now.view || (view === 'positions' && now.view === 'position');
  return (
    <nav aria-label="Main">
      {views.map(({ view, path, name, icon }) => (
        <a key={view} href={path} aria-current={isIn(view) ? 'page' : undefined}>
          <Icon name={icon} />
          {name}
        </a>
      ))}
    </nav>
  );
}

/** Moves focus and scroll position to the start of a view that replaced another, and names the tab after it. */
function useViewChange(now: Route) {
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const title = viewTitle(now);
  const focusHeading = () => main.current?.querySelector('h1')?.focus();
  useEffect(() => {
    document.title = `${title} · Ripcord`;
  }, [title]);
  useEffect(() => {
    if (!isFirst.current) {
      scrollTo(0, 0);
      focusHeading();
    }
    isFirst.current = false;
  }, [now.view === 'position' ? now.positionId : now.view]);
  return { main, focusHeading };
}

export function Shell() {
  const now = route.value;
  const { main, focusHeading } = useViewChange(now);
  return (
    <>
      <button type="button" class="skip" onClick={focusHeading}>
        Skip to content
      </button>
      <header class="top">
        <a class="brand" href={paths.dashboard}>
          <img src="/console/icon.svg" alt="" width="22" height="22" />
          Ripcord
        </a>
        <Navigation now={now} />
        <Freshness />
        <KillSwitch />
      </header>
      <main ref={main}>
        <Banners />
        {positions.value === undefined ? (
          <p class="loading muted">Reading positions from the exchange…</p>
        ) : (
          <View now={now} />
        )}
      </main>
      <Dialogs />
      <Toast />
    </>
  );
}
