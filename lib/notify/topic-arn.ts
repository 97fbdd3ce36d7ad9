import { z } from 'zod';

/** In a file of its own: every function checks its environment by it, and the trigger needs nothing else of here. */
export const topicArnSchema = z
  .string()
  .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'expected the ARN of a standard SNS topic');
