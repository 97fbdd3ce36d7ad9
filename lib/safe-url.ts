import { z } from 'zod';

export const expectedSafeUrl = 'expected an https URL, or http on this machine';

/** A URL that keys, signatures or secret paths are sent to: without https, the network in between could read them. */
export const safeUrlSchema = z.url({ protocol: /^https?$/, error: expectedSafeUrl, abort: true }).refine(
  (url) => {
    const { protocol, hostname } = new URL(url);
    return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  },
  { error: expectedSafeUrl },
);
