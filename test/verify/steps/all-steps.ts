import { withCdk } from './cdk.ts';
import { deploying } from './deploying.ts';
import { withDoctor } from './doctor.ts';
import { failingFirst } from './failing-first.ts';
import { leaving } from './leaving.ts';
import { fromPackage } from './package.ts';
import { restoring } from './restoring.ts';
import { stages } from './stages.ts';
import type { Step } from './step.ts';

/** In this order: a step uses what the ones before it have deployed. */
export const steps: readonly Step[] = [
  ...deploying,
  ...withDoctor,
  ...stages,
  ...restoring,
  ...leaving,
  ...failingFirst,
  ...withCdk,
  ...fromPackage,
];
