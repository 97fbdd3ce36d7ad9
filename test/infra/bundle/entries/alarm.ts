export { handler } from './exchange-call.ts';
