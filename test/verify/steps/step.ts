import type { ArmedLink, Walk } from '../walk.ts';

/** What earlier steps leave for later ones. */
export interface Trail {
  /** Fires in the next step that needs one. */
  link?: ArmedLink;
  /** What a destroyed stack left. */
  keptTable?: string | undefined;
}

/** A sentence, and what has to hold for it. */
export interface Step {
  title: string;
  /** @returns figures to print beside the title. */
  run(walk: Walk, trail: Trail): Promise<string | void>;
}
