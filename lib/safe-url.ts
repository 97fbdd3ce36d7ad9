import { z } from 'zod';

const error = 'expected an https URL, or http on this machine';

/** Where keys, signatures or secret addresses are sent: whoever reads them on their way could use them. */
export const safeUrlSchema = z.url({ protocol: /^https?$/, error, abort: true }).refine(
  (url) => {
    const { protocol, hostname } = new URL(url);
    return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  },
  { error },
);
