import type { ArmedLink, Walk } from '../walk.ts';

/** What earlier steps leave for later ones. */
export interface Trail {
  /** Fires in the next step that needs one. */
  link?: ArmedLink;
  /** What a destroyed stack left. */
  keptTable?: string | undefined;
  /** What the step has measured, to be printed beside its title. */
  figures?: string;
}

/** A sentence, and what has to hold for it. */
export interface Step {
  title: string;
  run(walk: Walk, trail: Trail): Promise<void>;
}
