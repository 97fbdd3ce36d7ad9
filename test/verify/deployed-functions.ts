import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Invocation, Lambda } from '../../infra/local/lambda.ts';
import { FunctionError, type FunctionProcess, startFunction } from '../bench/function-process.ts';
import { FunctionLog } from './function-log.ts';
import { MotoClient } from './moto-client.ts';
import type { Moto } from './moto-process.ts';

const functionSchema = z.object({
  Configuration: z.object({
    CodeSha256: z.string(),
    Timeout: z.coerce.number(),
    Handler: z.literal('index.handler'),
    Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
  }),
  Code: z.object({ Location: z.string() }),
  Concurrency: z.object({ ReservedConcurrentExecutions: z.number() }).optional(),
});
type DeployedFunction = z.infer<typeof functionSchema>;

/** Lambda's behind the emulator: runs the zip that a deployment uploaded, in the environment that it configured. */
export class DeployedFunctions {
  readonly #moto: MotoClient;
  readonly #python: string;
  readonly #folder: string;
  readonly #environment: () => Record<string, string>;
  readonly #versions = new Map<string, Version>();

  /** @param environment what Lambda adds to a function's own environment. */
  constructor(moto: Moto, folder: string, environment: () => Record<string, string>) {
    this.#moto = new MotoClient(moto.url);
    this.#python = moto.python;
    this.#folder = folder;
    this.#environment = environment;
  }

  /** @returns the function as it is deployed now; `throttled` if no execution is allowed; undefined if there is none. */
  async find(name: string): Promise<Lambda | 'throttled' | undefined> {
    const response = await this.#moto.get('lambda', `/2015-03-31/functions/${name}`);
    if (response === undefined) return undefined;
    const deployed = functionSchema.parse(await response.json());
    if (deployed.Concurrency?.ReservedConcurrentExecutions === 0) return 'throttled';
    const version = await this.#toVersion(name, deployed);
    return {
      name,
      invoke: (event) => version.invoke(event),
      settled: async () => undefined,
      stop: async () => undefined,
    };
  }

  async #toVersion(name: string, { Configuration, Code }: DeployedFunction): Promise<Version> {
    const environment = {
      ...this.#environment(),
      AWS_LAMBDA_FUNCTION_NAME: name,
      ...Configuration.Environment?.Variables,
    };
    const fingerprint = JSON.stringify([Configuration.CodeSha256, Configuration.Timeout, environment]);
    const known = this.#versions.get(name);
    if (known?.fingerprint === fingerprint) return known;
    const version = new Version(fingerprint, {
      file: join(await this.#unpack(Configuration.CodeSha256, Code.Location), 'index.mjs'),
      environment,
      timeoutMs: Configuration.Timeout * 1_000,
      log: new FunctionLog(this.#moto, name),
    });
    this.#versions.set(name, version);
    await known?.stop();
    return version;
  }

  async #unpack(hash: string, location: string): Promise<string> {
    const folder = join(this.#folder, Buffer.from(hash, 'base64').toString('hex'));
    const response = await this.#moto.get('s3', location);
    if (response === undefined) throw new Error(`There is no code at ${location}.`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'code.zip'), Buffer.from(await response.arrayBuffer()));
    const unzipped = spawnSync(this.#python, ['-m', 'zipfile', '-e', join(folder, 'code.zip'), folder]);
    if (unzipped.status !== 0) throw new Error(`The code can't be unpacked: ${unzipped.stderr}`);
    return folder;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#versions.values()].map((version) => version.stop()));
  }
}

interface VersionOptions {
  file: string;
  environment: Record<string, string>;
  timeoutMs: number;
  log: FunctionLog;
}

/** One version of a function. A process runs one invocation at a time and is kept for the next. */
class Version {
  readonly fingerprint: string;
  readonly #options: VersionOptions;
  readonly #idle: FunctionProcess[] = [];
  readonly #all = new Set<FunctionProcess>();

  constructor(fingerprint: string, options: VersionOptions) {
    this.fingerprint = fingerprint;
    this.#options = options;
  }

  async invoke(event: unknown): Promise<Invocation> {
    const requestId = randomUUID();
    const running = this.#idle.pop() ?? (await this.#start());
    const timeout = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => timeout.resolve('late'), this.#options.timeoutMs);
    try {
      const answer = await Promise.race([running.invoke(event), timeout.promise]);
      if (answer === 'late') throw Object.assign(new Error('Task timed out'), { name: 'Sandbox.Timedout' });
      this.#idle.push(running);
      return { kind: 'answered', requestId, payload: JSON.stringify(answer.result) };
    } catch (thrown) {
      const { name: errorType, message: errorMessage } =
        thrown instanceof Error ? thrown : new Error('unknown');
      if (thrown instanceof FunctionError) this.#idle.push(running);
      else void this.#end(running);
      return { kind: 'failed', requestId, errorType, errorMessage };
    } finally {
      clearTimeout(timer);
      await this.#options.log.written();
    }
  }

  async #start(): Promise<FunctionProcess> {
    const { log, ...options } = this.#options;
    const started = await startFunction({ ...options, onOutput: (text) => log.write(text) });
    this.#all.add(started);
    return started;
  }

  async #end(ended: FunctionProcess): Promise<void> {
    this.#all.delete(ended);
    await ended.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all].map((each) => this.#end(each)));
  }
}
