/** What Binance signs: the query string and the form body, one after the other, without the signature itself. */
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
  // Binance concatenates the two without a separator.
  const payload = strip(query) + strip(body);
  return { payload, signature };
}
