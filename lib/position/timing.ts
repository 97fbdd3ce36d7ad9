/**
 * One claim's times, in milliseconds. Each bound is smaller than the next:
 *
 *     claim                sendBefore            fence over      lease over
 *       0 ─────────────────── 5 s ─────────────── 10 s ─────────── 12 s
 *       owner may send an order │ the venue may still take it │ nobody acts │ anybody may take over
 *
 * TradingView's last resend comes 15 s after the alert, so a hit that died can be recovered by it.
 */
export const sendWindowMs = 5_000;
export const leaseMs = 12_000;
/** Every clock, ours and the exchange's, is taken to be right within half of this. */
export const clockMarginMs = 2_000;
/** How many close orders in a row may be sent and never taken, by proof, before the exchange's no is believed. */
export const maxCloseAttempts = 3;
/** How often the exchange has to deny an order, and for how long, is also a matter of the venue (`absenceMs`). */
export const requiredNotFoundCount = 3;
/** How many times, and how far apart, an order that only was acknowledged is read again within one request. */
export const pollAttempts = 5;
export const pollIntervalMs = 300;
/** How long after its claim a hit's sender surely listens: TradingView's 3 s, less the way to the claim. */
export const senderTimeoutMs = 2_000;
/** So long after `sendBefore` no further look is begun: the function has to answer, and recovery goes on. */
export const pollWindowMs = 2_000;
/** An order that the exchange denies for so long is gone from its look-ups: a person has to say what it did. */
export const orderLostAfterMs = 10 * 60_000;
