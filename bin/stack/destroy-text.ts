import { commandHint, type Target } from '../command-hint.ts';
import { drawTable } from '../table.ts';
import type { StoredParameters } from './ssm-parameters.ts';
import type { StageContents } from './stage-contents.ts';

/** @returns what the stage holds, as tables. */
export function describeContents(
  { armed, open, unknown }: StageContents,
  { accounts, channels }: StoredParameters,
): string {
  const links = drawTable(
    [
      { head: 'ARMED LINK', text: ({ linkId }) => linkId },
      { head: 'POSITION', text: ({ positionId }) => positionId ?? '' },
      { head: 'ACTION', text: ({ action }) => action },
      { head: 'LABEL', text: ({ label }) => label ?? '' },
    ],
    armed,
  );
  const positions = drawTable(
    [
      { head: 'OPEN POSITION', text: ({ positionId }) => positionId ?? '' },
      { head: 'ACCOUNT', text: ({ account }) => account },
      { head: 'MARKET', text: ({ symbol }) => symbol },
      { head: 'SIDE', text: ({ side }) => side },
      { head: 'REMAINING', text: ({ remaining }) => remaining, right: true },
    ],
    open,
  );
  const stored = drawTable(
    [{ head: 'STORED IN PARAMETER STORE', text: (name) => name }],
    [...accounts, ...channels],
  );
  return [
    ...(unknown === undefined
      ? []
      : [`Links and positions can't be read, so they count as armed and open: ${unknown}`]),
    ...(armed.length > 0 ? [links] : []),
    ...(open.length > 0 ? [positions] : []),
    ...(accounts.length + channels.length > 0 ? [stored] : []),
  ].join('\n\n');
}

/** @returns one sentence about what would stop working; undefined if nothing would. */
export function describeLoss({ armed, open, unknown }: StageContents): string | undefined {
  if (unknown !== undefined) return 'It is not known whether a link is armed or a position open';
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const parts = [
    ...(armed.length > 0
      ? [`${count(armed.length, 'link')} ${armed.length === 1 ? 'is' : 'are'} armed`]
      : []),
    ...(open.length > 0
      ? [`${count(open.length, 'position')} ${open.length === 1 ? 'is' : 'are'} open`]
      : []),
  ];
  return parts.length === 0 ? undefined : parts.join(' and ');
}

/** What a `destroy` did. */
export interface DestroyResult {
  stage: string;
  /** Absent if there was no stack any more. */
  stack?: string | undefined;
  /** The names of deleted parameters. */
  deletedParameters: string[];
  table?: { name: string; state: 'kept' | 'deleted'; attach?: string };
  /** The id of the KMS key that encrypted accounts and channels. It stays. */
  key?: string | undefined;
}

export function describeDestroyed(result: DestroyResult): string {
  const { stage, stack, deletedParameters: deleted, table, key } = result;
  return [
    stack === undefined ? `The stage ${stage} had no stack any more.` : `The stack ${stack} is deleted.`,
    ...(deleted.length === 0 ? [] : [`Deleted from Parameter Store: ${deleted.join(', ')}.`]),
    ...(table === undefined ? [] : describeTable(table)),
    ...(key === undefined
      ? []
      : [
          `The KMS key ${key} stays, for $1 a month: only it decrypts stored keys and channels.`,
          `Once you need none of them: aws kms schedule-key-deletion --key-id ${key}`,
        ]),
    'Delete the API keys at the exchange if nothing else uses them.',
  ].join('\n');
}

function describeTable({ name, state, attach }: NonNullable<DestroyResult['table']>): string[] {
  if (state === 'deleted') return [`The table ${name} is deleted.`];
  return [
    `The table ${name} stays, protected from deletion. To attach it to a new stack: ${attach}`,
    'The logs are deleted, so a restored backup from before now keeps all of its links paused.',
  ];
}

/** @returns the command that uses the kept table again. */
export function attachHint(table: string, target: Target): string {
  return commandHint(`deploy --set table=${table}`, target);
}
