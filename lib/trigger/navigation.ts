import { isbot } from 'isbot';

/** Whether a GET was certainly a person opening the link, or why that is not known. */
export type Navigation = { userInitiated: true } | { userInitiated: false; why: string };

/**
 * Sent with what a browser fetches before anybody wants it: prefetch, prerender, preview. Without it, a prerender
 * looks exactly like a navigation. No other purpose is defined, so whatever one says, it is not a person's.
 */
const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz', 'sec-speculation-tags'];

/**
 * Browsers say themselves what a request is for, in headers that pages can not set. Only a top-level navigation
 * counts; previews, prefetches, embeds, scanners and command lines give no such proof. `Sec-Fetch-User` would
 * tell a click from a redirect, but Safari does not send it.
 * @param headers with lower-case names, as the gateway gives them.
 */
export function classifyNavigation(headers: Record<string, string | undefined>): Navigation {
  const no = (why: string): Navigation => ({ userInitiated: false, why });
  if (purposes.some((name) => headers[name] !== undefined)) return no('the browser opened it ahead of time');
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination, 'user-agent': agent = '' } = headers;
  if (mode === undefined || destination === undefined) return no('nothing shows that a person opened it');
  if (mode !== 'navigate' || destination !== 'document') return no('it was embedded or fetched, not opened');
  // A headless browser that has changed its user agent still names itself in its brands.
  const brands = headers['sec-ch-ua'] ?? '';
  if (agent.trim() === '' || isbot(agent) || /headless/i.test(brands)) return no('a program opened it');
  return { userInitiated: true };
}
