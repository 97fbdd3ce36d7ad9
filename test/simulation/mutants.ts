import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../lib/parallel.ts';

interface Edit {
  file: string;
  find: string;
  replace: string;
}

interface Mutant {
  name: string;
  edits: Edit[];
}

const close = 'lib/close/close-order.ts';
const claim = 'lib/close/claim.ts';
const model = 'test/simulation/memory-table.ts';

/** Deliberate breakages of the engine, one for each thing that it must not do. */
const mutants: Mutant[] = [
  {
    name: 'resend when the answer is lost',
    edits: [
      {
        file: close,
        find: 'if (order === undefined)\n    return {',
        replace:
          'if (order === undefined && !again) return placeClose(run, amount, true);\n  if (order === undefined)\n    return {',
      },
    ],
  },
  {
    name: 'give the claim back when the answer is lost',
    edits: [
      {
        file: claim,
        find: 'return { ...learned, claim: { ...claim, lastExchangeMessage: ending.words ?? claim.lastExchangeMessage } };',
        replace: "return { ...learned, state: 'open', claim: null };",
      },
    ],
  },
  {
    name: 'write down an unknown outcome as refused',
    edits: [
      {
        file: close,
        find: "if (result.kind === 'rejected' && result.reason !== 'duplicate-id')\n    return",
        replace:
          "if (result.kind === 'unknown') return failed(run, { code: 'x', message: 'x' });\n  if (result.kind === 'rejected' && result.reason !== 'duplicate-id')\n    return",
      },
    ],
  },
  {
    name: 'save without looking at revision, epoch and state',
    edits: [
      {
        file: model,
        find: 'row.position.revision !== position.revision ||\n            row.position.epoch !== position.epoch ||\n            row.position.state !== position.state',
        replace: 'false',
      },
    ],
  },
  {
    name: 'no wait for the fence',
    edits: [
      { file: claim, find: 'if (askedAt <= fenceUntil)', replace: 'if (false)' },
      { file: claim, find: 'askedAt - fenceUntil < exchange.absenceMs || ', replace: '' },
    ],
  },
  {
    name: 'trust one "not found"',
    edits: [
      {
        file: claim,
        find: 'if (askedAt - fenceUntil < exchange.absenceMs || notFoundCount < absentLooksNeeded)',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'recover without asking for the order',
    edits: [
      { file: claim, find: "if (claim.action === 'close' && !claim.unsent) {", replace: 'if (false) {' },
    ],
  },
  {
    name: 'take every pending claim for unsent',
    edits: [
      {
        file: claim,
        find: 'return { ...learned, claim: { ...claim, lastExchangeMessage: ending.words ?? claim.lastExchangeMessage } };',
        replace: 'return { ...learned, claim: { ...claim, unsent: true } };',
      },
    ],
  },
  {
    name: 'send without a deadline',
    edits: [
      {
        file: claim,
        find: 'sendDeadline: claimedAt + sendWindowMs',
        replace: 'sendDeadline: claimedAt + 600_000',
      },
      {
        file: claim,
        find: 'const fenceUntil = claim.sendDeadline + exchange.fenceMs',
        replace: 'const fenceUntil = claim.claimedAt + 5_000 + exchange.fenceMs',
      },
    ],
  },
  {
    name: 'take a failed cancel for a cancel',
    edits: [
      {
        file: 'lib/close/cancel.ts',
        find: '  for (let look = 0;',
        replace:
          "  if (result.message === 'no answer') return canceledBy(claim, { ...order, status: 'done' });\n  for (let look = 0;",
      },
    ],
  },
  {
    name: 'take an acknowledged cancel for a cancel',
    edits: [
      {
        file: 'lib/close/cancel.ts',
        find: '  for (let look = 0;',
        replace:
          "  if (result.message === 'acknowledged') return canceledBy(claim, { ...order, status: 'done' });\n  for (let look = 0;",
      },
    ],
  },
  {
    name: 'leave the exitOrders alive',
    edits: [
      {
        file: 'lib/close/execute.ts',
        find: "await cancelOrders(run, ['entryOrders', 'exitOrders']);",
        replace: "await cancelOrders(run, ['entryOrders']);",
      },
    ],
  },
  {
    name: 'close what the exitOrders have sold already',
    edits: [{ file: 'lib/position/totals.ts', find: '.minus(sum(exitOrders.map(exitedBy)))', replace: '' }],
  },
  {
    name: 'close what the fees have taken',
    edits: [{ file: 'lib/position/totals.ts', find: '.minus(fees)', replace: '' }],
  },
  {
    name: 'take an order that is not done for the outcome',
    edits: [
      {
        file: claim,
        find: "if (order.status !== 'done') return pending('the close order is not done yet');",
        replace: '',
      },
      { file: close, find: "return order?.status === 'done' ? order : undefined;", replace: 'return order;' },
    ],
  },
  {
    name: 'answer what could not be written down',
    edits: [
      {
        file: claim,
        find: 'return { position: held, ending: pending, requests };',
        replace: 'return { position: held, ending, requests };',
      },
    ],
  },
  {
    name: 'let a revoked link claim',
    edits: [
      { file: 'lib/trigger/fire.ts', find: 'if (link.revokedAt !== undefined) return revoked;', replace: '' },
      { file: model, find: 'row.revokedLinks.has(claim.linkId) ||', replace: '' },
    ],
  },
  {
    name: 'revoke the link and not at the position',
    edits: [{ file: model, find: 'rows.get(link.positionId)?.revokedLinks.add(link.linkId);', replace: '' }],
  },
  {
    name: 'never recover in the sweep',
    edits: [
      {
        file: 'lib/sweep/sweep.ts',
        find: 'const standing = await recover(services, position);',
        replace: 'const standing: { ending: undefined } = { ending: undefined };',
      },
    ],
  },
  {
    name: 'end a found order from what the table knew',
    edits: [
      {
        file: close,
        find: 'entryOrders: noteEnded(claim, position.entryOrders, entryOrders),',
        replace: 'position,',
      },
    ],
  },
];

const seeds = '20000';
const folder = join('dist', 'mutants');

/** A copy of the engine and the simulation with one breakage; throws where the breakage does not fit any more. */
async function build(mutant: Mutant, index: number): Promise<string> {
  const root = join(folder, String(index));
  await mkdir(root, { recursive: true });
  await cp('lib', join(root, 'lib'), { recursive: true });
  await cp('test/simulation', join(root, 'test/simulation'), { recursive: true });
  await cp('package.json', join(root, 'package.json'));
  for (const { file, find, replace } of mutant.edits) {
    const path = join(root, file);
    const text = await readFile(path, 'utf8');
    // However the formatter has broken its lines.
    const pattern = new RegExp(RegExp.escape(find.trim()).replaceAll(/(\\n|\s|\\x20)+/g, '\\s+'), 'g');
    if ([...text.matchAll(pattern)].length !== 1)
      throw new Error(`mutant "${mutant.name}": ${file} does not hold its text once`);
    await writeFile(
      path,
      text.replace(pattern, () => replace),
    );
  }
  return root;
}

function run(root: string): Promise<{ caught: boolean; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['test/simulation/main.ts', '--quick', '--seeds', seeds], {
      cwd: root,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ caught: code === 1 && /^seed /m.test(said), said: said.trim() }));
  });
}

await rm(folder, { recursive: true, force: true });
const results = await inParallel([...mutants.entries()], 2, async ([index, mutant]) => {
  const { caught, said } = await run(await build(mutant, index));
  console.log(
    `${caught ? 'caught ' : 'MISSED '} ${mutant.name.padEnd(52)} ${said.split('\n').at(-1)?.slice(0, 90)}`,
  );
  return caught;
});
await rm(folder, { recursive: true, force: true });
const missed = results.filter((caught) => !caught).length;
console.log(`${results.length - missed} of ${results.length} mutants caught within ${seeds} seeds each`);
process.exitCode = missed === 0 ? 0 : 1;
