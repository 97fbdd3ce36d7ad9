import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { stackName } from '../../infra/stack/setting-definitions.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
import { accountId, region, toClientSettings } from './moto-client.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const commandLine = join(root, 'bin', 'ripcord.ts');

export const domain = 'links.example.org';
export const certificateArn =
  'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000';
export const email = 'owner@example.org';
export const keys = { apiKey: 'key-of-the-walk', secret: 'secret-of-the-walk' };

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Program {
  file: string;
  args: string[];
  input?: string;
  folder?: string;
  environment?: Record<string, string>;
}

export interface ArmedLink {
  positionId: string;
  linkId: string;
  url: string;
}

/** What the steps share: an AWS account, an exchange, and the commands that an owner types. */
export class Walk {
  readonly emulator: Emulator;
  readonly exchange: RunningExchange;
  readonly folder: string;
  readonly #python: string;

  private constructor(python: string, folder: string, emulator: Emulator, exchange: RunningExchange) {
    this.#python = python;
    this.folder = folder;
    this.emulator = emulator;
    this.exchange = exchange;
  }

  static async start(python: string, folder: string, options: Partial<EmulatorOptions> = {}): Promise<Walk> {
    const own = { python, folder: join(folder, 'emulator'), domains: [domain], ...options };
    const [emulator, exchange] = await Promise.all([startEmulator(own), startSimulatedExchange()]);
    exchange.core.addAccount({ ...keys, balances: { spot: { USDT: '1000000', BTC: '10' } } });
    return new Walk(python, folder, emulator, exchange);
  }

  /** Another AWS account, where nothing is deployed. */
  async inNewAccount(
    name: string,
    options: Partial<EmulatorOptions>,
    run: (walk: Walk) => Promise<void>,
  ): Promise<void> {
    const walk = await Walk.start(this.#python, join(this.folder, name), options);
    try {
      await run(walk);
    } finally {
      await walk.stop();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.emulator.stop(), this.exchange.stop()]);
  }

  /** Runs a program without a terminal. */
  async run({ file, args, input = '', folder = root, environment = {} }: Program): Promise<Ended> {
    const child = spawn(file, args, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        NO_COLOR: '1',
        ...this.emulator.environment,
        ...environment,
      },
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const closed = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    return { code, stdout, stderr };
  }

  ripcord(args: string[], input?: string): Promise<Ended> {
    return this.run({
      file: process.execPath,
      args: [commandLine, ...args],
      ...(input !== undefined && { input }),
    });
  }

  /** A command that has to succeed. @returns its result. */
  async done(args: string[], input?: string) {
    const { code, stdout, stderr } = await this.ripcord([...args, '--json'], input);
    assert.equal(code, 0, `ripcord ${args.join(' ')} failed: ${stderr}`);
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  }

  /** A command that has to be refused. @returns what it printed. */
  async refused(args: string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.ripcord(args, input);
    assert.equal(code, 1, `ripcord ${args.join(' ')} was not refused: ${stdout}`);
    return stderr;
  }

  /** What `cdk bootstrap` makes, as far as `cdk deploy` looks for it. */
  async bootstrap(): Promise<void> {
    const { moto } = this.emulator;
    const bucket = `cdk-hnb659fds-assets-${accountId}-${region}`;
    await moto.put('s3', `/${bucket}`);
    const version = { Name: '/cdk-bootstrap/hnb659fds/version', Value: '21', Type: 'String' };
    await moto.call('ssm', 'AmazonSSM.PutParameter', version);
  }

  /** A deployment that has to succeed. */
  async deploy(...args: string[]): Promise<void> {
    const { code, stderr } = await this.ripcord(['deploy', '--yes', ...args]);
    assert.equal(code, 0, `The deployment failed: ${stderr}`);
  }

  /** The outputs of a stage's stack. */
  async readOutputs(prefix = 'ripcord'): Promise<Record<string, string>> {
    const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
    const client = new CloudFormationClient(toClientSettings(this.emulator.url));
    const { Stacks: stacks = [] } = await client.send(
      new DescribeStacksCommand({ StackName: stackName(prefix) }),
    );
    const outputs = stacks[0]?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }

  async addAccount(...target: string[]): Promise<void> {
    const options = ['--exchange', 'binance', '--base-url', this.exchange.url];
    await this.done(['accounts', 'add', 'main', ...options, ...target], JSON.stringify(keys));
  }

  /** A filled spot position, and a link that closes it. */
  async armLink(target: string[] = [], symbol = 'BTC/USDT'): Promise<ArmedLink> {
    const market = ['--account', 'main', '--symbol', symbol, '--side', 'long'];
    const opened = await this.done([
      ...['positions', 'open', ...market, '--type', 'market', '--amount', '0.01', '--yes'],
      ...target,
    ]);
    const { positionId } = opened.position;
    const created = await this.done(['links', 'create', positionId, 'close', ...target]);
    return { positionId, linkId: created.link.linkId, url: created.url };
  }

  /** Opens the link as an alert does. It has to close its position with one order. */
  async fire({ url, positionId }: ArmedLink, ...target: string[]): Promise<void> {
    const before = this.countOrders();
    const { status, text: answer } = await this.emulator.open(url);
    assert.equal(status, 200, `the link answered ${status}: ${answer}`);
    const { position } = await this.done(['positions', 'get', positionId, ...target]);
    assert.equal(position.outcome.outcome, 'closed');
    assert.equal(this.countOrders() - before, 1, 'a close is one order');
  }

  /** The orders that the exchange has accepted. */
  countOrders(): number {
    return this.exchange.core.orders({ apiKey: keys.apiKey }).orders.length;
  }
}
