import { Icon } from './control/icon.tsx';
import { PauseBanner } from './pause-banner.tsx';
import { findProblems } from './problems.ts';
import { error, now, openedAt, paused, startProblem, state } from './store.ts';

/** What the owner should know in every view: what does not work, what still does, and the pause. */
export function Banners() {
  const known = state.value;
  return (
    <>
      <ServerBanner />
      {known === undefined || error.value !== undefined
        ? null
        : findProblems(known, openedAt, now.value).map(({ key, title, detail }) => (
            <div key={key} class="banner warn" role="alert">
              <Icon name="alert" />
              <p>
                <strong>{title}</strong> {detail}
              </p>
            </div>
          ))}
      {known?.halted === true ? (
        <p class="banner warn" role="alert">
          <Icon name="alert" />
          <span>
            <strong>Links are halted.</strong> A backup is being restored, so no link and no sweep acts. Exit
            orders that rest at the exchange still work. To finish, run <code>ripcord restore</code>.
          </span>
        </p>
      ) : null}
      {paused.value ? <PauseBanner /> : null}
    </>
  );
}

function ServerBanner() {
  const message = error.value === undefined ? startProblem.value : describeError(error.value);
  return message === undefined ? null : (
    <p class="banner warn" role="alert">
      <Icon name="alert" />
      <span>{message}</span>
    </p>
  );
}

/** A server that serves the links too takes them along. */
function describeError({ code, message }: { code: string; message: string }): string {
  if (code !== 'unreachable') return message;
  const rest =
    state.value?.place === 'here'
      ? "Links don't work until it runs again: start it with npx ripcord start. Exit orders that rest at the exchange still work."
      : 'Links and the sweep of a deployed Ripcord still work. Start it again with ripcord console.';
  return `${message} ${rest} This page reconnects by itself.`;
}
