import type { StateEvent } from '../state.ts';
import { askServer, toError } from './api.ts';

interface Listener {
  onEvent(event: StateEvent): void;
  /** The server does not respond, or refuses. It is tried again. */
  onFailure(failure: { code: string; message: string }): void;
}

const retryMs = 1_000;
/** The server sends something every second or two. A connection that is silent for longer is dead. */
const silentMs = 10_000;

const replaced = {
  code: 'replaced',
  message:
    'This tab no longer updates: the console is open in four newer tabs. Select this tab again to update it.',
};

/** Listens to the server's events, and connects again after each failure. */
export function listen({ onEvent, onFailure }: Listener): void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isReplaced = false;
  const again = (afterMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(connect, afterMs);
  };
  const fail = async (): Promise<void> => {
    source?.close();
    // An event source does not report why it failed.
    const failure = await findFailure();
    if (failure !== undefined) onFailure(failure);
    again(retryMs);
  };
  function connect(): void {
    source?.close();
    source = new EventSource('/console/events');
    source.onmessage = ({ data }) => {
      const event = JSON.parse(data) as StateEvent;
      again(silentMs);
      if (event.kind !== 'replaced') return onEvent(event);
      isReplaced = true;
      source?.close();
      clearTimeout(timer);
      onFailure(replaced);
    };
    source.onerror = () => void fail();
    again(silentMs);
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || !isReplaced) return;
    isReplaced = false;
    connect();
  });
  connect();
}

async function findFailure(): Promise<{ code: string; message: string } | undefined> {
  try {
    await askServer('refresh', { read: false });
    return undefined;
  } catch (thrown) {
    return toError(thrown);
  }
}
