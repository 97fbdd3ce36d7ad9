import { useEffect, useRef } from 'preact/hooks';
import { Banners } from './banners.tsx';
import { Icon, type IconName } from './control/icon.tsx';
import { Toast } from './control/toast.tsx';
import { Dashboard } from './dashboard/dashboard.tsx';
import { Dialogs } from './dialogs.tsx';
import { formatAge } from './freshness.ts';
import { HistoryView } from './history/history-view.tsx';
import { KillSwitch } from './kill-switch.tsx';
import { marketName } from './labels.ts';
import { LinksView } from './link/links-view.tsx';
import { outcomes, outcomeTitle } from './outcomes.ts';
import { PositionInfo } from './position/position-view.tsx';
import { PositionsView } from './position/positions-view.tsx';
import { paths, type Route, route } from './route.ts';
import { findPosition, freshness, positions } from './store.ts';
import { TradesView } from './trade/trades-view.tsx';

const views: { view: Route['view']; path: string; name: string; icon: IconName }[] = [
  { view: 'dashboard', path: paths.dashboard, name: 'Dashboard', icon: 'home' },
  { view: 'positions', path: paths.positions, name: 'My Positions', icon: 'rows' },
  { view: 'trades', path: paths.trades, name: 'Trades', icon: 'check' },
  { view: 'history', path: paths.history, name: 'History', icon: 'clock' },
  { view: 'links', path: paths.links, name: 'Links', icon: 'link' },
];

/** How current the page is, by the age of its oldest price or amounts and of its newest data. */
function Freshness() {
  const { kind, ...rest } = freshness.value;
  const age = 'ageMs' in rest ? formatAge(rest.ageMs) : '';
  const what = 'of' in rest && rest.of === 'amounts' ? 'oldest amount' : 'oldest price';
  const { label, title } = {
    loading: { label: 'Loading', title: 'Nothing has been read yet.' },
    live: { label: 'Live', title: 'Prices and hits were read within the last few seconds.' },
    delayed: { label: `Delayed ${age}`, title: `The ${what} of an open position is ${age} old.` },
    offline: { label: `Offline ${age}`, title: `Nothing has been read for ${age}.` },
  }[kind];
  return (
    <span class={`fresh ${kind}`} title={title}>
      {label}
    </span>
  );
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
    case 'trades':
      return <TradesView />;
    case 'history':
      return <HistoryView />;
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

/** What happened comes first, until it is dismissed: a tab in the background shows only the start. */
function toTabTitle(view: string): string {
  const [latest, ...others] = outcomes.value;
  if (latest === undefined) return `${view} · Ripcord`;
  const count = others.length === 0 ? '' : `(${others.length + 1}) `;
  return `${count}${outcomeTitle(latest)} · ${view} · Ripcord`;
}

/** Moves focus and scroll position to the start of a view that replaced another, and names the tab after it. */
function useViewChange(now: Route) {
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const title = viewTitle(now);
  const focusHeading = () => main.current?.querySelector('h1')?.focus();
  const tabTitle = toTabTitle(title);
  useEffect(() => {
    document.title = tabTitle;
  }, [tabTitle]);
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
        {positions.value === undefined ? <p class="loading muted">Reading positions…</p> : <View now={now} />}
      </main>
      <Dialogs />
      <Toast />
    </>
  );
}
