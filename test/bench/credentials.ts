/** Of the one account at the simulated exchange. */
export const apiKey = 'key-of-bench';
export const secret = 'secret-of-bench';
