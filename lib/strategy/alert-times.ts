/**
 * TradingView sends an alert again 5 s after a 5xx response, 3 times at most, and cuts each try after 3 s:
 * https://www.tradingview.com/support/solutions/43000529348/
 */

/** A try that was not answered, or too late, is sent again within 3 + 5 s, and arrives within 3 s. */
export const unansweredMs = 15_000;
/** A try that was answered with 5xx is sent again after 5 s, and arrives within 3 s. */
export const answeredAgainMs = 12_000;
/** How long the sweep continues with what a hit left. */
export const giveUpMs = 5 * 60_000;
