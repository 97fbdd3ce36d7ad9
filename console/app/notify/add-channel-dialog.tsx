import { useState } from 'preact/hooks';
import { type CommandRequest, call, type FieldErrors } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Field, Form, SecretInput, TextInput } from '../control/field.tsx';
import { Segments } from '../control/segments.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { toSummary } from '../exits/form-errors.ts';
import { useFirstError } from '../exits/use-first-error.ts';
import { ChannelSteps } from './channel-steps.tsx';
import { type ChannelView, kindNames, loadChannels } from './channels.ts';

type NewChannel = CommandRequest<'notify.add'>['channel'];

/** What is typed. `secret` is the token or the URL: it leaves this form once, in the request that adds the channel. */
interface Typed {
  kind: ChannelView['kind'];
  secret: string;
  chatId: string;
  topicArn: string;
  name: string;
  baseUrl: string;
}

const nothing: Typed = { kind: 'telegram', secret: '', chatId: '', topicArn: '', name: '', baseUrl: '' };
const kinds = (['telegram', 'slack', 'discord', 'sns', 'heartbeat'] as const).map((value) => ({
  value,
  label: kindNames[value],
}));

/** Adds a channel, by default after a test message that the service accepted. */
export function AddChannelDialog({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState(nothing);
  const [test, setTest] = useState(true);
  const { busy, error, fieldErrors, run } = useTask();
  const form = useFirstError(fieldErrors);
  const add = () =>
    run(async () => {
      await addChannel({ channel: toChannel(typed), test });
      onClose();
      await loadChannels();
    });
  return (
    <Dialog title="Add a notification channel" onClose={onClose}>
      <Form onSubmit={add}>
        <div ref={form} class="dialog-body">
          <Segments
            name="Kind of channel"
            options={kinds}
            value={typed.kind}
            onChange={(kind) => setTyped({ ...nothing, kind, name: typed.name })}
          />
          <ChannelFields
            typed={typed}
            set={(change) => setTyped({ ...typed, ...change })}
            errors={fieldErrors}
          />
          <TestFirst isChecked={test} onChange={setTest} />
          <ErrorText>{toSummary(error, fieldErrors, /^channel\.\w+$/)}</ErrorText>
          <ChannelSteps kind={typed.kind} />
        </div>
        <DialogFooter
          busy={busy}
          secondary={{ label: 'Cancel', onClick: onClose }}
          primary={{ label: 'Add channel', busyLabel: test ? 'Testing…' : 'Adding…' }}
        />
      </Form>
    </Dialog>
  );
}

async function addChannel({ channel, test }: { channel: NewChannel; test: boolean }): Promise<void> {
  const added = await call('notify.add', { channel, test });
  const next = test ? 'Check that its test message arrived.' : 'Test it to see whether messages arrive.';
  showToast(`Channel ${added.channel.name} added. ${next}`);
}

function TestFirst({ isChecked, onChange }: { isChecked: boolean; onChange: (next: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={isChecked} onChange={() => onChange(!isChecked)} />
      <span>Send a test message first, and add the channel only if it is accepted</span>
    </label>
  );
}

interface FieldsProps {
  typed: Typed;
  set: (change: Partial<Typed>) => void;
  errors: FieldErrors;
}

function ChannelFields({ typed, set, errors }: FieldsProps) {
  const { kind, name, baseUrl } = typed;
  const nameError = errors.get('channel.name');
  const baseUrlError = errors.get('channel.baseUrl');
  return (
    <>
      <TargetFields typed={typed} set={set} errors={errors} />
      <details class="options" open={nameError !== undefined || baseUrlError !== undefined}>
        <summary>Options: name{kind === 'telegram' ? ', Bot API server' : ''}</summary>
        <div class="fields">
          <Field label="Name" help="Needed for a second channel of the same kind." error={nameError}>
            <TextInput
              value={name}
              placeholder={kind}
              maxLength={32}
              isWrong={nameError !== undefined}
              onInput={(next) => set({ name: next })}
            />
          </Field>
          {kind !== 'telegram' ? null : (
            <Field label="Bot API server" error={baseUrlError}>
              <TextInput
                value={baseUrl}
                placeholder="https://api.telegram.org"
                isWrong={baseUrlError !== undefined}
                onInput={(next) => set({ baseUrl: next })}
              />
            </Field>
          )}
        </div>
      </details>
    </>
  );
}

const secretNames = {
  telegram: 'Bot token',
  slack: 'Webhook URL',
  discord: 'Webhook URL',
  heartbeat: 'URL',
};

const stays = 'Sent to Ripcord once and never shown again.';

function TargetFields({ typed: { kind, secret, chatId, topicArn }, set, errors }: FieldsProps) {
  const arnError = errors.get('channel.topicArn');
  if (kind === 'sns')
    return (
      <Field label="Topic's ARN" error={arnError}>
        <TextInput
          value={topicArn}
          placeholder="arn:aws:sns:eu-west-1:123456789012:mine"
          isWrong={arnError !== undefined}
          onInput={(next) => set({ topicArn: next })}
        />
      </Field>
    );
  const isTelegram = kind === 'telegram';
  const secretError = errors.get(isTelegram ? 'channel.token' : 'channel.url');
  const chatError = errors.get('channel.chatId');
  return (
    <div class="fields">
      <Field label={secretNames[kind]} help={stays} error={secretError}>
        <SecretInput
          value={secret}
          isWrong={secretError !== undefined}
          onInput={(next) => set({ secret: next })}
        />
      </Field>
      {isTelegram ? (
        <Field label="Chat id" error={chatError}>
          <TextInput
            value={chatId}
            placeholder="-1001234567890"
            isWrong={chatError !== undefined}
            onInput={(next) => set({ chatId: next })}
          />
        </Field>
      ) : null}
    </div>
  );
}

function toChannel({ kind, secret, chatId, topicArn, name, baseUrl }: Typed): NewChannel {
  const shared = name.trim() === '' ? {} : { name: name.trim() };
  if (kind === 'sns') return { kind, topicArn: topicArn.trim(), ...shared };
  if (kind !== 'telegram') return { kind, url: secret.trim(), ...shared };
  const server = baseUrl.trim() === '' ? {} : { baseUrl: baseUrl.trim() };
  return { kind, token: secret.trim(), chatId: chatId.trim(), ...server, ...shared };
}
