import { render } from 'preact';
import { Shell } from './shell.tsx';
import { startPolling } from './store.ts';

const app = document.getElementById('app');
if (app !== null) render(<Shell />, app);
startPolling();
