import { isbot } from 'isbot';

/** Whether a GET was certainly a person opening the link, or why that is not known. */
export type Navigation = { person: true } | { person: false; why: string };

const speculative = /prefetch|prerender|preview/i;

/**
 * Browsers say themselves what a request is for, in headers that pages can not set. Only a top-level navigation
 * counts; previews, prefetches, embeds, scanners and command lines give no such proof.
 * @param headers with lower-case names, as the gateway gives them.
 */
export const judgeNavigation = (headers: Record<string, string | undefined>): Navigation => {
  const no = (why: string): Navigation => ({ person: false, why });
  for (const name of ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'])
    if (speculative.test(headers[name] ?? '')) return no('the browser opened it ahead of time');
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination, 'user-agent': agent } = headers;
  if (mode === undefined || destination === undefined) return no('nothing shows that a person opened it');
  if (mode !== 'navigate' || destination !== 'document') return no('it was embedded or fetched, not opened');
  if (agent === undefined || isbot(agent)) return no('a program opened it');
  return { person: true };
};
