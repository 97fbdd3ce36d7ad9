/**
 * The times of one claim, in milliseconds. Each bound is smaller than the next:
 *
 *     claim               sendDeadline      receive window ends    leaseExpiresAt
 *       0 ──────────────────── 5 s ─────────────── 10 s ─────────────── 12 s
 *      holder may send an order │ venue may accept it │ no one acts │ another process may take over
 *
 * TradingView's last resend arrives 15 s after the alert, so it can recover a hit whose process died. A holder that
 * has finished sends nothing more: it ends its lease when it saves its result. What it sent may still arrive until the
 * receive window ends, so absence is counted from `sendDeadline` and never from the lease.
 */
export const sendWindowMs = 5_000;
export const leaseMs = 12_000;
/** Ripcord's clocks and the exchange's are assumed to be right within half of this. */
export const clockMarginMs = 2_000;
/** How many close orders in a row may be sent and proven not accepted before Ripcord gives up. */
export const maxCloseAttempts = 3;
/** How often a look-up has to miss an order before it counts as absent. The venue's `lookupLagMs` counts too. */
export const requiredNotFoundCount = 3;
/** Two misses both count only if they are this far apart, so that one short lag can't explain all of them. */
export const missIntervalMs = 12_000;
/** How far apart recovery looks for one close order, so that a flood of hits does not become a flood of look-ups. */
export const lookUpIntervalMs = 3_000;
/** How often and how far apart one hit polls an order that is not done. */
export const pollAttempts = 5;
export const pollIntervalMs = 300;
/** How long after its claim a hit's sender certainly listens: TradingView's 3 s, less the way to the claim. */
export const senderTimeoutMs = 2_000;
/** This long after `sendDeadline` no further poll starts: the function has to respond, and recovery continues. */
export const pollWindowMs = 2_000;
/** One read of the exchange may lag. A second read that agrees counts only this long after the first. */
export const secondLookAfterMs = 45_000;
/** How long the account may still look as it was before a fill. */
export const holdingLagMs = 30_000;
/** How long a list of all of an account's positions may still show it as it was. Look-ups of orders lag up to 62 s. */
export const positionListLagMs = 65_000;
/** How long after a fill the exchange may not list the exits that came with its entry. */
export const attachedLagMs = 10_000;
/** An order that look-ups have missed for this long is lost: its owner has to say what it did. */
export const orderLostAfterMs = 10 * 60_000;
/** A close fails once the exchange has reported for this long that it did not place the order: the owner has to act. */
export const notPlacedForMs = 10 * 60_000;

/**
 * The times of one hit, in milliseconds after its arrival. TradingView disconnects 3 s after it sends an alert:
 *
 *     arrival                              hitActMs     hitSaveMs  hitAnswerMs   sender disconnects
 *       0 ──────────────────────────────────── 2.5 s ──── 2.75 s ──── 2.85 s ──── 3 s
 *      claims, asks the exchange, sends orders │ saves    │ records   │ answers
 *
 * No request to the exchange begins after `hitActMs`, and the one under way is aborted. What is not finished then is
 * continued by another invocation, so `sendDeadline` of a hit's claim is never later than `hitActMs`.
 */
export const hitActMs = 2_500;
export const hitSaveMs = 2_750;
export const hitAnswerMs = 2_850;
/** A hit's sender has disconnected by then. */
export const hitLateMs = 3_000;
/** How long a hit that is already late, such as after a freeze, may read the current record. */
export const lateReadMs = 250;
/** At most this much of the time between the gateway and the function, such as a cold start, counts as a hit's time. */
export const gatewayTimeMs = 1_000;
