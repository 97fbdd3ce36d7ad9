import { useState } from 'preact/hooks';
import { alertSettings, playTone } from '../alerts.ts';

/** How this browser reports that a link fired. */
export function AlertOptions() {
  const [refusal, setRefusal] = useState('');
  const { sound, notification } = alertSettings.value;
  const toggleSound = () => {
    alertSettings.value = { ...alertSettings.value, sound: !sound };
    // Browsers let a page sound only after a click on it, which this is.
    if (!sound) playTone(false);
  };
  const toggleNotification = async () => {
    const isGranted = notification || (await Notification.requestPermission()) === 'granted';
    alertSettings.value = { ...alertSettings.value, notification: !notification && isGranted };
    setRefusal(
      isGranted
        ? ''
        : "This browser blocks notifications of this page. Allow them in the browser's site settings.",
    );
  };
  return (
    <section class="card">
      <h2>When a link fires</h2>
      <div class="card-body alert-options">
        <label class="check">
          <input type="checkbox" checked={sound} onChange={toggleSound} /> Play a sound
        </label>
        <label class="check">
          <input type="checkbox" checked={notification} onChange={() => void toggleNotification()} /> Show a
          browser notification
        </label>
        <p class="help" role="status">
          {refusal === '' ? 'Both need an open tab of this console, also in the background.' : refusal}
        </p>
      </div>
    </section>
  );
}
