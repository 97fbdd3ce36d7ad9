import type { ComponentChildren } from 'preact';
import { refresh } from '../store.ts';
import { Dialog } from './dialog.tsx';
import { DialogFooter } from './dialog-footer.tsx';
import { ErrorText, Form } from './field.tsx';
import { useTask } from './use-task.ts';

interface ConfirmDialogProps {
  title: string;
  subtitle: ComponentChildren;
  verb: string;
  tone?: 'danger' | 'primary';
  /** There is nothing to do any more. */
  disabled?: boolean;
  task: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

/** Asks before something that acts at once. Closes after the task succeeds. */
export function ConfirmDialog({
  title,
  subtitle,
  verb,
  tone = 'danger',
  disabled = false,
  task,
  onClose,
  children,
}: ConfirmDialogProps) {
  const { busy, error, run } = useTask();
  const confirm = () =>
    run(async () => {
      await task();
      onClose();
      await refresh();
    });
  return (
    <Dialog title={title} subtitle={subtitle} onClose={onClose}>
      <Form onSubmit={confirm}>
        <div class="dialog-body">
          {children}
          <ErrorText>{error}</ErrorText>
        </div>
        <DialogFooter
          busy={busy}
          secondary={{ label: 'Cancel', onClick: onClose }}
          primary={{ label: verb, tone, disabled }}
        />
      </Form>
    </Dialog>
  );
}
