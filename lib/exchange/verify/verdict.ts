/** `unknown`: an answer is missing, or says neither. It is never a proof. */
export interface Verdict {
  answer: 'holds' | 'does-not-hold' | 'unknown';
  /** What was seen, as sentences. */
  why: string;
}

export const holds = (why: string): Verdict => ({ answer: 'holds', why });
export const doesNotHold = (why: string): Verdict => ({ answer: 'does-not-hold', why });
export const isUnknown = (why: string): Verdict => ({ answer: 'unknown', why });

/** How long an ended order is followed. An admin function runs for 29 s. */
export const followSeconds = 6;
