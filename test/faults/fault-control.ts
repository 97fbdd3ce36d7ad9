import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { failPoints } from './fail-points.ts';

/** What a test tells the processes it has started, by way of a file that they read whenever they need to know. */
const steeringSchema = z.object({
  /** How far their clocks are ahead of the machine's, milliseconds. */
  aheadMs: z.number(),
  /** The process of that name stops at this point. */
  stop: z.object({ process: z.string(), point: z.enum(failPoints) }).optional(),
});
export type Steering = z.infer<typeof steeringSchema>;

export function readSteering(file: string): Steering {
  return steeringSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export async function writeSteering(file: string, steering: Steering): Promise<void> {
  // Whoever reads it meanwhile reads the old one or the new one, and no half.
  await writeFile(`${file}.new`, JSON.stringify(steering));
  await rename(`${file}.new`, file);
}
