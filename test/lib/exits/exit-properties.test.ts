import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, isPositive, smaller, sum, toAmount, truncateToStep } from '../../../lib/amount.ts';
import { noteExits } from '../../../lib/exits/note-exits.ts';
import {
  type ExitStep,
  planExits,
  toExitKey,
  type WantedExit,
  withoutSpent,
} from '../../../lib/exits/plan-exits.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { computeTotals, unfilledOf } from '../../../lib/position/totals.ts';
import { exampleOrder } from '../position/example-position.ts';
import { examplePlan, exampleWith, partClose } from './example-exits.ts';

type Answer = 'accepted' | 'unknown' | 'rejected';
/** What happens next. `part` is a share of what there is, in %. */
type Happening =
  | { kind: 'run'; answers: Answer[] }
  | { kind: 'entry-fills' | 'part-close'; part: number }
  | { kind: 'exit-fills'; which: number; part: number }
  | { kind: 'owner-cancels' | 'is-found' | 'is-absent'; which: number };

const answers = fc.array(fc.constantFrom<Answer>('accepted', 'unknown', 'rejected'), { maxLength: 6 });
const part = fc.integer({ min: 1, max: 100 });
const which = fc.integer({ min: 0, max: 9 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), answers }),
  fc.record({ kind: fc.constantFrom('entry-fills' as const, 'part-close' as const), part }),
  fc.record({ kind: fc.constant('exit-fills' as const), which, part }),
  fc.record({
    kind: fc.constantFrom('owner-cancels' as const, 'is-found' as const, 'is-absent' as const),
    which,
  }),
);

const start = fc.record({
  percents: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
  hasStop: fc.boolean(),
  /** In thousandths. */
  amount: fc.integer({ min: 1, max: 500 }),
  minimum: fc.constantFrom('0.001', '0.005'),
  /** What the account holds besides the position. */
  foreign: fc.constantFrom('0', '1'),
});

/** The world that the plan acts on: every order is as the exchange has it, and the record follows. */
class World {
  position: Position;
  readonly foreign: string;
  #attempts = 0;

  constructor({
    percents,
    hasStop,
    amount,
    minimum,
    foreign,
  }: typeof start extends fc.Arbitrary<infer T> ? T : never) {
    const targets = percents.map((percent, index) => ({
      price: String(61_000 + index),
      percent: String(percent),
    }));
    const plan = examplePlan({ targets, ...(hasStop ? { stop: '58000' } : {}) });
    const whole = toAmount(decimal(String(amount)).dividedBy(1_000));
    const entry: OrderRecord = {
      ...exampleOrder,
      baseFee: undefined,
      status: 'live',
      amount: whole,
      filled: '0',
    };
    const position = exampleWith(plan, { entryOrders: [entry] });
    this.position = { ...position, market: { ...position.market, amountMin: minimum } };
    this.foreign = foreign;
  }

  get remaining() {
    return computeTotals(this.position).remaining;
  }

  open(isOf: (order: OrderRecord) => boolean = () => true) {
    return this.position.exitOrders.filter(
      (order) => order.status !== 'done' && toExitKey(order) !== undefined && isOf(order),
    );
  }

  change(order: OrderRecord | undefined, differing: Partial<OrderRecord>) {
    const exitOrders = this.position.exitOrders.map((each) =>
      each === order ? { ...each, ...differing } : each,
    );
    this.position = { ...this.position, exitOrders };
  }

  happen(next: Happening) {
    const [entry = exampleOrder] = this.position.entryOrders;
    const share = (amount: string, percent: number) =>
      truncateToStep(toAmount(decimal(amount).times(percent).dividedBy(100)), '0.001');
    if (next.kind === 'run') this.run(next.answers);
    else if (next.kind === 'entry-fills' && entry.status === 'live') {
      const filled = sum([entry.filled, share(unfilledOf(entry), next.part)]);
      const status = decimal(filled).eq(entry.amount) ? ('done' as const) : ('live' as const);
      this.position = { ...this.position, entryOrders: [{ ...entry, filled, status }] };
    } else if (next.kind === 'part-close') {
      const amount = share(this.remaining, next.part);
      const entryOrders = [{ ...entry, status: 'done' as const }];
      const exitOrders = isPositive(amount)
        ? [...this.position.exitOrders, partClose(amount)]
        : this.position.exitOrders;
      this.position = { ...this.position, entryOrders, exitOrders };
    } else if ('which' in next) this.toOrder(next, share);
  }

  toOrder(next: Extract<Happening, { which: number }>, share: (amount: string, percent: number) => string) {
    const live = this.open(({ status }) => status === 'live');
    const unconfirmed = this.open(({ status }) => status === 'unconfirmed');
    if (next.kind === 'exit-fills') {
      const order = live[next.which % Math.max(1, live.length)];
      if (order === undefined) return;
      const filled = sum([order.filled, smaller(share(unfilledOf(order), next.part), this.remaining)]);
      this.change(order, { filled, ...(decimal(filled).eq(order.amount) ? { status: 'done' } : {}) });
    } else if (next.kind === 'owner-cancels')
      this.change(live[next.which % Math.max(1, live.length)], { status: 'done' });
    else {
      const order = unconfirmed[next.which % Math.max(1, unconfirmed.length)];
      this.change(order, next.kind === 'is-found' ? { status: 'live', orderId: '1' } : { status: 'done' });
    }
  }

  /** Acts as `protect` does. @returns the steps that it took. */
  run(given: Answer[], steps: ExitStep[] = []): ExitStep[] {
    const left = [...given];
    const skip = new Set<number | 'stop'>();
    for (let count = 0; count < 10; count += 1) {
      this.position = {
        ...this.position,
        exitPlan: noteExits(this.position)?.exitPlan ?? this.position.exitPlan,
      };
      const held = sum([this.remaining, this.foreign]);
      const step = planExits(this.position, { held, skip });
      steps.push(step);
      this.check(step, held);
      if (step.kind === 'place')
        for (const exit of step.exits)
          if (this.place(exit, left.shift() ?? 'accepted') === 'rejected') skip.add(exit.key);
      if (step.kind === 'cancel')
        for (const order of step.orders) this.change(order, { status: 'done', endsFor: 'replaced' });
      if (step.kind === 'none' || step.kind === 'wait') return steps;
    }
    throw new Error('the plan never ends');
  }

  place(exit: WantedExit, answer: Answer): Answer {
    this.#attempts += 1;
    const order: OrderRecord = {
      clientOrderId: `p${this.#attempts}`,
      orderId: answer === 'accepted' ? String(this.#attempts) : undefined,
      type: exit.kind,
      status: answer === 'accepted' ? 'live' : 'unconfirmed',
      amount: exit.amount,
      filled: '0',
      ...(exit.key === 'stop' ? { isStop: true } : { rung: exit.key }),
    };
    const kept = withoutSpent(this.position.exitOrders);
    if (answer !== 'rejected') this.position = { ...this.position, exitOrders: [...kept, order] };
    return answer;
  }

  /** What no step may ever do. */
  check(step: ExitStep, held: string) {
    if (step.kind !== 'place') return;
    const amounts = (isStop: boolean) =>
      sum([
        ...this.open((order) => (order.isStop === true) === isStop).map(unfilledOf),
        ...step.exits.filter(({ key }) => (key === 'stop') === isStop).map(({ amount }) => amount),
      ]);
    const places = (isStop: boolean) => step.exits.some(({ key }) => (key === 'stop') === isStop);
    const isAlone = decimal(held).eq(this.remaining);
    if (places(false)) expect(decimal(amounts(false)).lte(this.remaining)).toBe(true);
    if (places(true) && !isAlone) expect(decimal(amounts(true)).lte(this.remaining)).toBe(true);
    for (const { key, amount } of step.exits) {
      expect(decimal(amount).lte(this.remaining)).toBe(true);
      const same = this.open((order) => toExitKey(order) === key);
      expect(same.filter(({ status }) => status === 'unconfirmed')).toEqual([]);
      const { takeProfits = [], stopLoss } = this.position.exitPlan ?? {};
      const planned = key === 'stop' ? stopLoss : takeProfits.find(({ rung }) => rung === key);
      expect(planned?.removed).not.toBe(true);
    }
  }
}

describe('exits, whatever fills, fails and is canceled', () => {
  it('are never placed for more than remains, twice while one is unconfirmed, or after their owner removed them', () => {
    fc.assert(
      fc.property(start, fc.array(happening, { maxLength: 25 }), (given, happenings) => {
        const world = new World(given);
        for (const next of happenings) world.happen(next);
      }),
      { numRuns: 2_000 },
    );
  });

  it('rest as planned after one run that the exchange accepts, and the next run plans nothing', () => {
    fc.assert(
      fc.property(start, fc.array(happening, { maxLength: 25 }), (given, happenings) => {
        const world = new World(given);
        for (const next of happenings) world.happen(next);
        for (const order of world.open(({ status }) => status === 'unconfirmed'))
          world.change(order, { status: 'done' });
        world.run([]);
        expect(world.run([])).toEqual([{ kind: 'none' }]);
        const { stopLoss } = world.position.exitPlan ?? {};
        const stops = sum(world.open((order) => order.isStop === true).map(unfilledOf));
        const targets = sum(world.open((order) => order.rung !== undefined).map(unfilledOf));
        const isTooSmall = decimal(world.remaining).lt(world.position.market.amountMin);
        const expected =
          stopLoss === undefined || stopLoss.removed === true || isTooSmall ? '0' : world.remaining;
        expect(stops).toBe(expected);
        expect(decimal(targets).lte(world.remaining)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
