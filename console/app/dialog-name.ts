import { signal } from '@preact/signals';

/** Which dialog is open, and its subject. */
export type DialogName =
  | { kind: 'adopt' | 'open' | 'resume' | 'add-channel' | 'create-strategy-link' }
  | {
      kind: 'create-link' | 'edit-exits' | 'edit-position' | 'close' | 'resolve' | 'forget';
      positionId: string;
    }
  | { kind: 'revoke-many'; linkIds: string[] }
  | { kind: 'close-many'; positionIds: string[] }
  | { kind: 'remove-channel'; channel: string }
  | { kind: 'preview' | 'history' | 'update' | 'arm' | 'revoke'; linkId: string };

export const dialog = signal<DialogName | undefined>(undefined);

export function openDialog(name: DialogName): void {
  dialog.value = name;
}
