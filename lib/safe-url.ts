import { z } from 'zod';

export const expectedSafeUrl = 'expected an https URL, or http on this machine';

/** Whether a URL is of this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

/** A URL that keys, signatures or secret paths are sent to: without https, the network in between could read them. */
export const safeUrlSchema = z.url({ protocol: /^https?$/, error: expectedSafeUrl, abort: true }).refine(
  (given) => {
    const url = new URL(given);
    return url.protocol === 'https:' || isLoopback(url);
  },
  { error: expectedSafeUrl },
);
