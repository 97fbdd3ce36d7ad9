const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_';
/** One more than there are digits, so that leading ones count. */
const base = 65n;
/** 65^20 is less than the 122 free bits of a UUID. */
const maxLength = 20;

/**
 * Coinbase's page asks for "a unique ID", its samples are of any form, and an answer of its support wants a UUID. So an id
 * travels as a UUID that contains it (version 8 of RFC 9562), and is read back from it: the same id is always the same
 * UUID.
 * @returns an id that does not fit unchanged: it is not one of Ripcord's.
 * https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order
 */
export function toUuid(clientOrderId: string): string {
  const values = [...clientOrderId].map((character) => digits.indexOf(character) + 1);
  if (values.length === 0 || values.length > maxLength || values.includes(0)) return clientOrderId;
  const number = values.reduce((sum, value) => sum * base + BigInt(value), 0n);
  const hex = (bits: bigint, length: number) => bits.toString(16).padStart(length, '0');
  const high = hex(number >> 74n, 12);
  const variant = hex(0x8000n | ((number >> 48n) & 0x3fffn), 4);
  const middle = hex(0x8000n | ((number >> 62n) & 0xfffn), 4);
  return `${high.slice(0, 8)}-${high.slice(8)}-${middle}-${variant}-${hex(number & 0xffffffffffffn, 12)}`;
}

/** @returns the id that a UUID contains, in upper case or lower case; any other id unchanged. */
export function fromUuid(id: string): string {
  const uuid = id.toLowerCase();
  const [, high = '', middle = '', variant = '', low = ''] =
    /^([0-9a-f]{8}-[0-9a-f]{4})-8([0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{12})$/.exec(uuid) ?? [];
  if (low === '') return id;
  const part = (text: string) => BigInt(`0x${text.replace('-', '')}`);
  let number = (part(high) << 74n) | (part(middle) << 62n) | ((part(variant) & 0x3fffn) << 48n) | part(low);
  let text = '';
  for (; number > 0n; number /= base) text = `${digits[Number(number % base) - 1] ?? '?'}${text}`;
  return toUuid(text) === uuid ? text : id;
}
