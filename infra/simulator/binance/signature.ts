/** @returns what Binance signs, which is the query string followed by the form body without `signature`, and the signature. */
export function signedPayload(
  query: string,
  body: string,
): { payload: string; signature: string | undefined } {
  let signature: string | undefined;
  const strip = (part: string): string =>
    part
      .split('&')
      .filter((pair) => {
        if (!pair.startsWith('signature=')) return true;
        signature = decodeURIComponent(pair.slice('signature='.length));
        return false;
      })
      .join('&');
  // Binance concatenates them without a separator.
  const payload = strip(query) + strip(body);
  return { payload, signature };
}
