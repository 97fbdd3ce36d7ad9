import { z } from 'zod';

/** `ripcord restore` is under way, so no link and no sweep acts. */
export const haltedSchema = z.literal(true).optional();
