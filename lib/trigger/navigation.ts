import { isbot } from 'isbot';

/** Why a GET is not proven to come from a person. */
export type NavigationDoubt = 'prefetch' | 'unproven' | 'embedded' | 'bot';

/** Whether a GET was certainly a person opening the link. */
export type Navigation = { userInitiated: true } | { userInitiated: false; doubt: NavigationDoubt };

/**
 * Headers of what a browser fetches before its user asks for it: prefetch, prerender, preview. A prerender looks
 * exactly like a navigation otherwise. No value of theirs means a person.
 */
const purposeHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz', 'sec-speculation-tags'];

/**
 * Browsers report what a request is for in headers that pages can't set. Only a top-level navigation counts: previews,
 * prefetches, embeds, scanners and command lines send no such proof. `Sec-Fetch-User` would distinguish a click from a
 * redirect, but Safari does not send it.
 * @param headers with lower-case names, as the gateway sends them.
 */
export function classifyNavigation(headers: Record<string, string | undefined>): Navigation {
  if (purposeHeaders.some((name) => headers[name] !== undefined)) return doubt('prefetch');
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination, 'user-agent': agent = '' } = headers;
  if (mode === undefined || destination === undefined || agent.trim() === '') return doubt('unproven');
  if (mode !== 'navigate' || destination !== 'document') return doubt('embedded');
  // A headless browser with a changed user agent still names itself in its brands.
  const brands = headers['sec-ch-ua'] ?? '';
  return isbot(agent) || /headless/i.test(brands) ? doubt('bot') : { userInitiated: true };
}

function doubt(reason: NavigationDoubt): Navigation {
  return { userInitiated: false, doubt: reason };
}
