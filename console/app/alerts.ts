import { effect, signal } from '@preact/signals';
import type { HitView } from '../../lib/admin/contract/commands.ts';
import { showToast } from './control/toast.tsx';
import { hasActed, type Outcome, outcomeTitle, toOutcome } from './outcomes.ts';

/** How this browser reports that a link fired, besides the toast and the title. */
export interface AlertSettings {
  sound: boolean;
  notification: boolean;
}

const storageKey = 'ripcord.alerts';

function readSettings(): AlertSettings {
  try {
    const { sound, notification } = JSON.parse(localStorage.getItem(storageKey) ?? '') as AlertSettings;
    return { sound: sound === true, notification: notification === true };
  } catch {
    return { sound: false, notification: false };
  }
}

export const alertSettings = signal(readSettings());
effect(() => {
  const content = JSON.stringify(alertSettings.value);
  try {
    localStorage.setItem(storageKey, content);
  } catch {
    // The choice then ends with the page.
  }
});

const reported = new Set<string>();

/** Reports hits while the page is open, also those during an interruption. */
export function alertOf(hits: HitView[], when: 'at-first' | 'since'): void {
  const fresh = hits.filter(({ hitId }) => !reported.has(hitId));
  for (const { hitId } of fresh) reported.add(hitId);
  const acted = when === 'at-first' ? [] : fresh.filter(hasActed).map(toOutcome);
  const [latest] = acted;
  if (latest === undefined) return;
  const title = acted.length === 1 ? outcomeTitle(latest) : `${acted.length} outcomes`;
  const isBad = acted.some(({ tone }) => tone === 'bad');
  showToast(acted.length === 1 ? `${title}. ${latest.detail}` : `${title}.`, isBad ? 'bad' : 'good');
  void once(latest, () => {
    if (alertSettings.value.sound) playTone(isBad);
    if (alertSettings.value.notification) notify(title, latest);
  });
}

/** Several tabs show the same hit; one of them sounds. The first holds the lock for as long as the others take. */
async function once({ positionId, at }: Outcome, run: () => void): Promise<void> {
  await navigator.locks.request(`ripcord ${positionId} ${at}`, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    run();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  });
}

let audio: AudioContext | undefined;

/** Two rising tones; falling ones if something failed. */
export function playTone(isBad: boolean): void {
  audio ??= new AudioContext();
  void audio.resume();
  const [first, second] = isBad ? [660, 440] : [660, 880];
  for (const [index, frequency] of [first, second].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const startAt = audio.currentTime + index * 0.18;
    tone.frequency.value = frequency ?? 0;
    volume.gain.setValueAtTime(0.2, startAt);
    volume.gain.exponentialRampToValueAtTime(0.001, startAt + 0.17);
    tone.connect(volume).connect(audio.destination);
    tone.start(startAt);
    tone.stop(startAt + 0.18);
  }
}

function notify(title: string, { positionId, detail }: Outcome): void {
  if (Notification.permission !== 'granted') return;
  const notification = new Notification(`Ripcord: ${title}`, { body: detail, tag: positionId });
  notification.onclick = () => {
    window.focus();
    location.hash = `#/positions/${positionId}`;
  };
}
