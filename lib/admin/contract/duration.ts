import { z } from 'zod';

const secondsByUnit: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const expectedDuration = 'expected seconds, or a duration such as "90m", "12h" or "7d"';

/** 3600, "3600", "90m" or "7d". @returns seconds. */
export const durationSchema = z
  .union(
    [
      z.number().int(expectedDuration).min(1, expectedDuration),
      z.string().regex(/^[1-9]\d{0,8}[smhd]?$/, expectedDuration),
    ],
    expectedDuration,
  )
  .transform((given) => {
    const [, digits = '', unit] = /^(\d+)([smhd]?)$/.exec(String(given)) ?? [];
    return Number(digits) * (secondsByUnit[unit || 's'] ?? 1);
  })
  .refine((seconds) => seconds <= 366 * 86_400, { error: 'expected at most a year' });
