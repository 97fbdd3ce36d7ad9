import { z } from 'zod';

/** In its own file: every function parses its environment with it, and the trigger loads nothing else of lib/notify. */
export const topicArnSchema = z
  .string()
  .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'expected the ARN of a standard SNS topic');
