/** Longer than any id and any word of a message. Signatures, and keys in any encoding, are longer still. */
const longWords = /[\w+/=%.-]{40,}/g;

interface Keys {
  apiKey?: string | undefined;
  secret?: string | undefined;
  password?: string | undefined;
}

/** @returns a text of an exchange without the credentials: some repeat what was signed, which includes the key. */
export function redact(text: string, { apiKey, secret, password }: Keys): string {
  const forms = [apiKey, secret, password].flatMap((key) =>
    key === undefined || key === ''
      ? []
      : [key, encodeURIComponent(key), Buffer.from(key).toString('base64').replace(/=+$/, '')],
  );
  return forms.reduce((redacted, form) => redacted.replaceAll(form, '…'), text).replaceAll(longWords, '…');
}
