interface Edit {
  file: string;
  find: string;
  replace: string;
}

export interface Mutant {
  name: string;
  edits: Edit[];
}

const sendClose = 'lib/close/send-close.ts';
const saveResult = 'lib/close/save-result.ts';
const recoveryStep = 'lib/close/recovery-step.ts';
const recover = 'lib/close/recover.ts';
const nextStep = 'lib/close/next-step.ts';
const cancel = 'lib/close/cancel.ts';
const positions = 'test/simulation/memory-positions.ts';
const model = 'test/simulation/model-exchange.ts';
const timing = 'lib/position/timing.ts';
const planExits = 'lib/exits/plan-exits.ts';
const profit = 'lib/position/profit.ts';
const unchanged = 'lib/position/unchanged.ts';
const absence = 'lib/position/absence.ts';
const links = 'test/simulation/memory-store.ts';

const keepPending = 'return { claim: continued(result.exchangeMessage) };';

/** Deliberate breakages of the engine, one for each thing that it must not do. */
export const mutants: Mutant[] = [
  {
    name: 'resend when the answer is lost',
    edits: [
      {
        file: sendClose,
        find: 'return order === undefined ? toPending(result) : settleClose(run, order, sentAt);',
        replace:
          "if (order === undefined && !run.resentAfter.has('other')) { run.resentAfter.add('other'); return sendClose(run, amount); } return order === undefined ? toPending(result) : settleClose(run, order, sentAt);",
      },
    ],
  },
  {
    name: 'give the claim back when the answer is lost',
    edits: [{ file: saveResult, find: keepPending, replace: "return { state: 'open', claim: null };" }],
  },
  {
    name: 'record an unknown outcome as refused',
    edits: [
      {
        file: sendClose,
        find: "if (result.kind === 'rejected' && rejectionResponse",
        replace:
          "if (result.kind === 'unknown') return refused(run, { code: 'x', message: 'x' }); if (result.kind === 'rejected' && rejectionResponse",
      },
    ],
  },
  {
    name: 'save without checking revision, epoch and state',
    edits: [
      {
        file: positions,
        find: 'row.position.revision !== position.revision || row.position.epoch !== position.epoch || row.position.state !== position.state',
        replace: 'false',
      },
    ],
  },
  {
    name: 'no wait for the receive window',
    edits: [
      { file: recoveryStep, find: 'if (readAt <= arrivableUntil)', replace: 'if (false)' },
      { file: absence, find: 'readAt - arrivableUntil >= lookupLagMs && ', replace: '' },
    ],
  },
  {
    name: 'trust one "not found"',
    edits: [
      {
        file: recoveryStep,
        find: 'if (!isProvenAbsent(missed, { arrivableUntil, lookupLagMs, readAt }))',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'recover without reading the close order',
    edits: [
      {
        file: recoveryStep,
        find: "return claim.action === 'close' && claim.phase === 'may-have-sent'",
        replace: 'return false',
      },
    ],
  },
  {
    name: 'take every pending claim for not sent',
    edits: [
      {
        file: saveResult,
        find: keepPending,
        replace: "return { claim: { ...claim, phase: 'not-sent' } };",
      },
    ],
  },
  {
    name: 'send without a deadline',
    edits: [
      {
        file: 'lib/close/claim.ts',
        find: 'return Math.min(from + sendWindowMs, until);',
        replace: 'return from + 600_000;',
      },
      {
        file: 'lib/close/run-claim.ts',
        find: 'const { until = services.now() + sendWindowMs + pollWindowMs } = services;',
        replace: 'const until = services.now() + 600_000;',
      },
      {
        file: 'lib/trigger/hit-services.ts',
        find: 'return wrapMethods(opened, (_, call) => runUntil(act, call));',
        replace: 'return opened;',
      },
      {
        file: 'lib/close/claim.ts',
        find: 'export function closeArrivableUntil({ sendDeadline }: Claim, recvWindowMs: number): number {\n  return toArrivableUntil(sendDeadline,',
        replace:
          'export function closeArrivableUntil({ claimedAt }: Claim, recvWindowMs: number): number { return toArrivableUntil(claimedAt + 5_000,',
      },
    ],
  },
  {
    name: 'check the send deadline only at the claim',
    edits: [
      {
        file: sendClose,
        find: "if (sentAt > Math.min(claim.sendDeadline, deps.until)) return { kind: 'retry'",
        replace: "if (false) return { kind: 'retry'",
      },
      {
        file: 'lib/close/execute.ts',
        find: 'if (run.deps.now() > run.deps.until)',
        replace: 'if (false)',
      },
      {
        file: model,
        find: "if (actor.now() > sendDeadline || timeLeft() <= 0) return { kind: 'rejected'",
        replace: "if (false) return { kind: 'rejected'",
      },
      {
        file: 'lib/trigger/hit-services.ts',
        find: 'return wrapMethods(opened, (_, call) => runUntil(act, call));',
        replace: 'return opened;',
      },
    ],
  },
  {
    name: 'go on with a hit after 2.5 s',
    edits: [{ file: timing, find: 'hitActMs = 2_500', replace: 'hitActMs = 600_000' }],
  },
  {
    name: 'wait for the table after 3 s',
    edits: [{ file: timing, find: 'hitSaveMs = 2_750', replace: 'hitSaveMs = 600_000' }],
  },
  {
    name: 'state the present after a freeze',
    edits: [{ file: 'lib/trigger/fire.ts', find: 'return hit.isLate() ?', replace: 'return false ?' }],
  },
  {
    name: 'let a takeover send after its deadline',
    edits: [
      {
        file: 'lib/close/recover.ts',
        find: 'const run = await execute(deps, saved, next);',
        replace:
          'const run = await execute({ ...deps, until: deps.until + 7_200_000 }, saved, { ...next, sendDeadline: next.sendDeadline + 7_200_000 });',
      },
    ],
  },
  {
    name: 'take a failed cancel for a cancel',
    edits: [
      {
        file: cancel,
        find: 'const seen: Witnesses = {',
        replace:
          "if (first.reason === 'no-response') return { order: markCanceled(claim, { ...order, status: 'done' }) }; const seen: Witnesses = {",
      },
    ],
  },
  {
    name: 'take an acknowledged cancel for a cancel',
    edits: [
      {
        file: cancel,
        find: 'const seen: Witnesses = {',
        replace:
          "if (first.reason === 'acknowledged') return { order: markCanceled(claim, { ...order, status: 'done' }) }; const seen: Witnesses = {",
      },
    ],
  },
  {
    name: 'leave the exit orders alive',
    edits: [
      {
        file: nextStep,
        find: "return (['entryOrders', 'exitOrders'] as const).filter(",
        replace: "return (['entryOrders'] as const).filter(",
      },
    ],
  },
  {
    name: 'close what the exit orders have sold already',
    edits: [
      { file: 'lib/position/totals.ts', find: '.minus(sum(exitOrders.map(filledOfOwn)))', replace: '' },
    ],
  },
  {
    name: 'close what the fees have taken',
    edits: [{ file: 'lib/position/totals.ts', find: '.minus(fees)', replace: '' }],
  },
  {
    name: 'take an order that is not done for the outcome',
    edits: [
      { file: recoveryStep, find: "return observation.order.status === 'done'", replace: 'return true' },
      {
        file: sendClose,
        find: "return order?.status === 'done' ? order : undefined;",
        replace: 'return order;',
      },
    ],
  },
  {
    name: 'answer what could not be saved',
    edits: [
      {
        file: saveResult,
        find: 'return { position: held, result: toUnsaved(result), requests };',
        replace: 'return { position: held, result, requests };',
      },
    ],
  },
  {
    name: 'let a revoked link claim',
    edits: [
      {
        file: 'lib/trigger/may-fire.ts',
        find: 'if (link.revokedAt !== undefined) return revoked;',
        replace: '',
      },
      {
        file: positions,
        find: '!(claim.linkId !== undefined && row.revokedLinks.has(claim.linkId)) &&',
        replace: '',
      },
    ],
  },
  {
    name: 'claim what a newer version has written',
    edits: [{ file: positions, find: 'row.version <= version && from.includes', replace: 'from.includes' }],
  },
  {
    name: 'revoke the link and not at the position',
    edits: [{ file: links, find: 'rows.get(positionId)?.revokedLinks.add(link.linkId);', replace: '' }],
  },
  {
    name: 'never recover in the sweep',
    edits: [
      {
        file: 'lib/sweep/settle-claim.ts',
        find: 'const execution = await recover(services, position);',
        replace: 'const execution = { position, result: undefined };',
      },
    ],
  },
  {
    name: 'believe the refusal of a resend',
    edits: [
      {
        file: sendClose,
        find: 'const { code, reason, message } = result;',
        replace:
          "const { code, reason, message } = result; if (reason !== 'duplicate-id') return refused(run, result);",
      },
    ],
  },
  {
    name: 'sell more than is free',
    edits: [
      {
        file: 'lib/close/order-size.ts',
        find: 'const sellable = smaller(amount, truncateToStep(free, step));',
        replace: 'const sellable = smaller(amount, truncateToStep(total, step));',
      },
    ],
  },
  {
    name: 'take a lost answer for a want of coins, and sell twice',
    edits: [
      {
        file: sendClose,
        find: "if (result.kind === 'rejected' && rejectionResponse",
        replace:
          "if (result.kind === 'unknown' && !run.resentAfter.has('insufficient')) { run.closeSent = false; run.attemptUsed = true; return respond(run, { kind: 'rejected', reason: 'insufficient', code: 'x', message: 'x' }, amount); } if (result.kind === 'rejected' && rejectionResponse",
      },
    ],
  },
  {
    name: 'count absence from the first send and not from the resend',
    edits: [
      {
        file: recover,
        find: "const end = run.result.kind === 'pending' ? run.result.resend : undefined;",
        replace: "const end = 'not-sent' as 'not-sent' | 'refused' | undefined;",
      },
    ],
  },
  {
    name: 'resend however late',
    edits: [
      {
        file: recoveryStep,
        find: 'readAt < firstSentAt + replayWindowMs)',
        replace: 'replayWindowMs > 0)',
      },
      {
        file: recoveryStep,
        find: 'until: firstSentAt + replayWindowMs,',
        replace: 'until: readAt + replayWindowMs,',
      },
    ],
  },
  {
    name: 'release a claim of a revoked link whose order may exist',
    edits: [
      {
        file: recover,
        find: 'return stops ? recoveryStep(claim, { ...observation, replayWindowMs: 0 }, services.now()) : step;',
        replace: "return stops ? { kind: 'start-attempt', lostAttempts: 0 } : step;",
      },
    ],
  },
  {
    name: 'judge dust by what is free',
    edits: [
      {
        file: nextStep,
        find: "return { kind: 'end-rejected', end: 'locked' };",
        replace: "return { kind: 'end', end: 'too-small' };",
      },
    ],
  },
  {
    name: 'end a found order from what the store knew',
    edits: [
      {
        file: 'lib/close/execute.ts',
        find: 'entryOrders: markEnded(claim, position.entryOrders, entryOrders),',
        replace: '',
      },
    ],
  },
  {
    name: 'denial by look-up alone ends an order',
    edits: [
      {
        file: 'lib/position/order-sync.ts',
        find: 'if (now - missed.missedSince < secondLookAfterMs) return missed;',
        replace: "return { ...missed, status: 'done' };",
      },
    ],
  },
  {
    name: 'an order ends by a look-up from before the cancel was denied',
    edits: [
      {
        file: cancel,
        find: "    seen.last = again;\n    return 'poll-again';",
        replace: '    seen.last = again;',
      },
    ],
  },
  {
    name: 'funding ends a position',
    edits: [
      {
        file: 'lib/position/ending.ts',
        find: "transfer: 'moved to another account',",
        replace: "transfer: 'moved to another account', funding: undefined,",
      },
    ],
  },
  {
    name: "a late alert closes the trader's next position",
    edits: [
      {
        file: 'lib/position/ending.ts',
        find: "    return exits.at(-1) ?? 'continues';",
        replace: "    return 'continues';",
      },
    ],
  },
  {
    name: 'reduce to a part of what remains, and not of what filled',
    edits: [
      {
        file: 'lib/close/order-size.ts',
        find: 'const target = decimal(net).times(toPercent)',
        replace: 'const target = decimal(remaining).times(toPercent)',
      },
    ],
  },
  {
    name: 'leave exits as large as they were after a partial close',
    edits: [
      {
        file: 'lib/position/larger-exits.ts',
        find: 'if (!entriesDone || !isPart) return [];',
        replace: 'if (isPart || !entriesDone) return [];',
      },
    ],
  },
  {
    name: 'leave exits larger when the process of a partial close has died',
    edits: [
      {
        file: 'lib/sweep/reduce-exits.ts',
        find: 'if (planReductions(synced).length === 0) return synced;',
        replace: 'if (planReductions(synced).length >= 0) return synced;',
      },
    ],
  },
  {
    name: 'take an acknowledged reduction for a done one',
    edits: [
      {
        file: 'lib/close/shrink-exits.ts',
        find: "if (result.kind === 'unsupported') return { exit, size: 'larger' };",
        replace: "if (result.kind === 'accepted') return { exit: { ...exit, amount }, size: 'reduced' };",
      },
    ],
  },
  {
    name: 'reduce an exit to what remains, and count what it has filled twice',
    edits: [
      {
        file: 'lib/position/larger-exits.ts',
        find: 'sum([exit.filled, share])',
        replace: 'sum([exit.filled, exit.filled, share])',
      },
    ],
  },
  {
    name: 'leave targets as large as they were that are larger only together',
    edits: [
      {
        file: 'lib/position/larger-exits.ts',
        find: 'return [targets, ...others.map((exit) => [exit])];',
        replace: 'return [...targets, ...others].map((exit) => [exit]);',
      },
    ],
  },
  {
    name: 'place a second exit while the first is unconfirmed',
    edits: [
      {
        file: planExits,
        find: "order.status !== 'done' && toExitKey(order) !== undefined",
        replace: "order.status === 'live' && toExitKey(order) !== undefined",
      },
    ],
  },
  {
    name: 'leave a stop as large as it was',
    edits: [
      {
        file: planExits,
        find: 'unfilledOf(order) === wanted?.amount',
        replace: "decimal(unfilledOf(order)).gte(wanted?.amount ?? '0')",
      },
    ],
  },
  {
    name: 'two stops although the account holds more',
    edits: [
      {
        file: planExits,
        find: 'decimal(held).eq(computeTotals(position).remaining)',
        replace: 'decimal(held).gt(0)',
      },
    ],
  },
  {
    name: 'place a stop only once',
    edits: [
      {
        file: planExits,
        find: "if (skip.has('stop')) return nothing;",
        replace: "if (skip.has('stop') || (position.exitAttempt ?? 0) > 0) return nothing;",
      },
    ],
  },
  {
    name: 'forget what a target has filled',
    edits: [
      {
        file: 'lib/position/allot-exits.ts',
        find: '.minus(sumFills(position, rung)); return removed',
        replace: '; return removed',
      },
    ],
  },
  {
    name: 'place again what its owner removed',
    edits: [
      {
        file: 'lib/exits/note-exits.ts',
        find: 'return { ...target, removed: true };',
        replace: 'return target;',
      },
      { file: 'lib/exits/note-exits.ts', find: ': { ...stop, removed: true };', replace: ': stop;' },
    ],
  },
  {
    name: 'take an exit that Ripcord replaced for one that its owner removed',
    edits: [
      {
        file: 'lib/exits/protect.ts',
        find: "isMeant(order) ? { ...order, endsFor: 'replaced' as const } : order",
        replace: 'order',
      },
    ],
  },
  {
    name: 'never place a lost stop again',
    edits: [
      {
        file: absence,
        find: "status: isAbsent ? 'done' : 'unconfirmed'",
        replace: "status: isAbsent && order.isStop !== true ? 'done' : 'unconfirmed'",
      },
    ],
  },
  {
    name: 'place a lost stop again before its absence is proven',
    edits: [{ file: absence, find: "status: isAbsent ? 'done' : 'unconfirmed'", replace: "status: 'done'" }],
  },
  {
    name: 'look for a lost exit only at full minutes',
    edits: [
      {
        file: absence,
        find: 'return times.length === 0 ? undefined : Math.min(...times);',
        replace: 'return times.length < 0 ? 0 : undefined;',
      },
    ],
  },
  {
    name: 'leave exits alive when a stop has closed a kept position',
    edits: [
      {
        file: nextStep,
        find: "? { kind: 'cancel', books: ['exitOrders'] } : { kind: 'end', end: isUnfilled ? 'canceled' : 'exits-closed' };",
        replace:
          "&& isUnfilled ? { kind: 'cancel', books: ['exitOrders'] } : { kind: 'end', end: isUnfilled ? 'canceled' : 'exits-closed' };",
      },
    ],
  },
  {
    name: 'give back a claim without reading the exits that its dead holder canceled',
    edits: [
      {
        file: recover,
        find: 'const read = await readOrders(deps, position, claim).catch(toFault);',
        replace: 'const read = ((_: unknown): Position | Fault => position)(claim);',
      },
    ],
  },
  {
    name: 'leave a fee out of the P&L',
    edits: [
      {
        file: profit,
        find: 'if (currency === settle) return decimal(amount);',
        replace: "if (currency === settle) return decimal('0');",
      },
    ],
  },
  {
    name: 'leave the fees in another coin out of the P&L',
    edits: [
      {
        file: profit,
        find: 'inQuote === undefined ? undefined : decimal(inQuote)',
        replace: "decimal(inQuote === undefined ? '0' : '0')",
      },
    ],
  },
  {
    name: 'count a target twice in the P&L',
    edits: [
      {
        file: profit,
        find: 'const gain = entry && add(exits.map(toTraded))?.minus(entry);',
        replace:
          'const gain = entry && add([...exits, ...exits.filter(({ rung }) => rung === 1)].map(toTraded))?.minus(entry);',
      },
    ],
  },
  {
    name: 'round the average entry',
    edits: [
      {
        file: profit,
        find: 'return cost?.times(amount).dividedBy(filled);',
        replace: 'return cost?.dividedBy(filled).decimalPlaces(8).times(amount);',
      },
    ],
  },
  {
    name: 'snapshot: an order that is listed is unchanged',
    edits: [
      {
        file: unchanged,
        find: 'return JSON.stringify(toOrderRecord(listed, known)) === JSON.stringify(known);',
        replace: 'return toOrderRecord(listed, known) !== undefined;',
      },
    ],
  },
  {
    name: 'snapshot: an order that is not listed is unchanged',
    edits: [
      {
        file: unchanged,
        find: "if (known.status !== 'live' || listed?.status !== 'live') return false;",
        replace: "if (known.status === 'live' && listed === undefined) return true;",
      },
    ],
  },
  {
    name: 'snapshot: an exchange position that is not listed is held',
    edits: [
      {
        file: unchanged,
        find: 'if (listed === undefined || held === undefined || flatSince !== undefined || !isKnown) return undefined;',
        replace:
          'if (listed === undefined) return { flatSince, held, margin: undefined }; if (held === undefined || flatSince !== undefined || !isKnown) return undefined;',
      },
    ],
  },
  {
    name: 'snapshot: any exchange position is the known one',
    edits: [
      { file: unchanged, find: 'flatSince !== undefined || !isKnown', replace: 'flatSince !== undefined' },
    ],
  },
  {
    name: 'snapshot: what a check found flat needs no second one',
    edits: [{ file: unchanged, find: 'flatSince !== undefined || !isKnown', replace: '!isKnown' }],
  },
  {
    name: 'snapshot: orders that lack fees are unchanged',
    edits: [
      {
        file: unchanged,
        find: "isFeeUnknown(position) || lacksFee(position, 'entryOrders') || lacksFee(position, 'exitOrders')",
        replace: 'isFeeUnknown(position) && position.revision < 0',
      },
      { file: unchanged, find: '|| lacksAttachedExits(position)', replace: '' },
    ],
  },
  {
    name: 'snapshot: an exchange position is never looked at',
    edits: [
      {
        file: unchanged,
        find: "if (position.market.kind !== 'perpetual' || !entriesDone || !isPositive(remaining))",
        replace: "if (position.market.kind !== 'perpetual' || !entriesDone || isPositive(remaining))",
      },
    ],
  },
];

/** @returns undefined if the text does not hold what is to be replaced exactly once. */
export function applyEdit(text: string, { find, replace }: Edit): string | undefined {
  // However the formatter has broken its lines.
  const pattern = new RegExp(RegExp.escape(find.trim()).replaceAll(/(\\n|\s|\\x20)+/g, '\\s+'), 'g');
  return [...text.matchAll(pattern)].length === 1 ? text.replace(pattern, () => replace) : undefined;
}
