/** Why an exchange did not do what was requested, as far as its owner can change it. */
export const troubleCauses = [
  'key',
  'expired',
  'address',
  'key-or-address',
  'permission',
  'rate',
  'clock',
  'region',
  'unreachable',
] as const;
export type TroubleCause = (typeof troubleCauses)[number];
