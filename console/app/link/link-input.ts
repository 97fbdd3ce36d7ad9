import type { CommandRequest } from '../api.ts';
import type { Action } from '../labels.ts';

/** The options that every link has, as entered; empty if left alone. */
export interface SharedChoices {
  label: string;
  expiresIn: '' | '1h' | '12h' | '1d' | '7d' | '30d' | 'custom';
  /** As typed, for `custom`. */
  customDuration: string;
  sources: '' | 'tradingview' | 'listed';
  addresses: string;
}

/** The options of a link for one position. */
export interface LinkChoices extends SharedChoices {
  maxUses: string;
  percent: string;
  browser: '' | 'confirm' | 'post-only';
}

export const noChoices: LinkChoices = {
  label: '',
  expiresIn: '',
  customDuration: '',
  maxUses: '',
  percent: '',
  browser: '',
  sources: '',
  addresses: '',
};

/** Text that is no number is sent as NaN, and the admin function refuses it. */
function parseWhole(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}

/** @returns the options as the command takes them, without those left alone. */
export function toLinkInput(choices: LinkChoices, action: Action): Partial<CommandRequest<'links.create'>> {
  const { maxUses, percent, browser } = choices;
  const uses = parseWhole(maxUses);
  const part = action === 'close' ? parseWhole(percent) : undefined;
  return {
    ...toSharedInput(choices),
    ...(uses === undefined ? {} : { maxUses: uses }),
    ...(part === undefined ? {} : { percent: part }),
    ...(browser === 'confirm' ? { confirm: true } : {}),
    ...(browser === 'post-only' ? { methods: browser } : {}),
  };
}

export function toSharedInput(choices: SharedChoices): Partial<CommandRequest<'links.create'>> {
  const { label } = choices;
  return { ...(label.trim() === '' ? {} : { label }), ...toExpiry(choices), ...toSources(choices) };
}

function toExpiry({ expiresIn, customDuration }: SharedChoices) {
  if (expiresIn === '') return {};
  return { expiresIn: expiresIn === 'custom' ? customDuration.trim() : expiresIn };
}

function toSources({ sources, addresses }: SharedChoices) {
  if (sources === '') return {};
  return { sources: sources === 'tradingview' ? sources : addresses.split(/[\s,]+/) };
}

/** @returns the percentage that the link would close, or undefined for all, also while the entry is not valid. */
export function toPercent({ percent }: LinkChoices): number | undefined {
  return /^[1-9][0-9]?$/.test(percent.trim()) ? Number(percent) : undefined;
}
