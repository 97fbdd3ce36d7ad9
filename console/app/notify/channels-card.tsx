import { useEffect, useState } from 'preact/hooks';
import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { EmptyState } from '../control/empty-state.tsx';
import { ErrorText } from '../control/field.tsx';
import { Menu } from '../control/menu.tsx';
import { useTask } from '../control/use-task.ts';
import { openDialog } from '../dialog-name.ts';
import { formatLocalTime } from '../timestamp.tsx';
import { type ChannelView, channels, channelsProblem, kindNames, loadChannels } from './channels.ts';

/** The sweep delivers every minute. */
const reloadMs = 60_000;

/** Where Ripcord sends notices, and whether they arrive. */
export function ChannelsCard() {
  useEffect(() => {
    void loadChannels();
    const timer = setInterval(() => void loadChannels(), reloadMs);
    return () => clearInterval(timer);
  }, []);
  const listed = channels.value;
  return (
    <section class="card">
      <div class="card-head">
        <h2>Notifications</h2>
        <button type="button" class="small" onClick={() => openDialog({ kind: 'add-channel' })}>
          Add channel
        </button>
      </div>
      {channelsProblem.value === undefined ? null : (
        <div class="card-body">
          <ErrorText>{channelsProblem.value}</ErrorText>
        </div>
      )}
      {listed?.length === 0 ? <NoChannels /> : null}
      <ul class="channels">
        {(listed ?? []).map((channel) => (
          <ChannelRow key={channel.name} channel={channel} />
        ))}
      </ul>
    </section>
  );
}

function NoChannels() {
  return (
    <EmptyState icon="bell" title="No channels yet">
      <p>
        Ripcord sends you no messages. Failed closes, missing stops and refused API keys show only here and on
        the command line.
      </p>
    </EmptyState>
  );
}

type Report = CommandResult<'notify.test'>['reports'][number];

function ChannelRow({ channel }: { channel: ChannelView }) {
  const { name, kind, target, builtIn } = channel;
  const [report, setReport] = useState<Report | undefined>(undefined);
  const { busy, error, run } = useTask();
  const test = () =>
    run(async () => {
      setReport(undefined);
      const { reports } = await call('notify.test', { channel: name });
      setReport(reports[0]);
    });
  return (
    <li>
      <div class="channel-head">
        <strong>{name}</strong>
        <button
          type="button"
          class="small"
          disabled={busy}
          aria-label={`Test channel ${name}`}
          onClick={test}
        >
          {busy ? 'Testing…' : 'Test'}
        </button>
        {builtIn ? null : <ChannelMenu name={name} />}
      </div>
      <p class="sub">
        {kindNames[kind]} · {target}
        {builtIn ? ' · part of the deployment' : ''}
      </p>
      <LastDelivery channel={channel} />
      <ErrorText>{error}</ErrorText>
      <div role="status">{report === undefined ? null : <TestResult report={report} />}</div>
    </li>
  );
}

function ChannelMenu({ name }: { name: string }) {
  const remove = {
    name: 'Remove…',
    icon: 'close',
    tone: 'danger',
    run: () => openDialog({ kind: 'remove-channel', channel: name }),
  } as const;
  return <Menu name={`Actions for channel ${name}`} items={[remove]} />;
}

function LastDelivery({ channel: { kind, lastDelivery } }: { channel: ChannelView }) {
  if (kind === 'heartbeat') return <p class="sub">Fetched after each sweep. It gets no notices.</p>;
  if (lastDelivery === undefined) return <p class="sub">No notice yet</p>;
  const { state, at, why } = lastDelivery;
  if (state === 'sent') return <p class="sub">Last notice sent {formatLocalTime(at)}</p>;
  return (
    <p class="help warn">
      Last notice failed {formatLocalTime(at)}: {why}. Ripcord retries each notice for 24 hours.
    </p>
  );
}

function TestResult({ report: { result, why = '' } }: { report: Report }) {
  if (result === 'sent')
    return <p class="help gain">The service accepted a test message. Check that it arrived.</p>;
  const words = {
    refused: `The test message was not accepted: ${why}.`,
    unconfirmed: `SNS accepted a test message, but ${why}.`,
    unknown: `The test message may not have arrived: ${why}.`,
  }[result];
  return <p class="help warn">{words}</p>;
}
