import type { Exchange as CcxtClient } from 'ccxt';
import type { VenueId } from '../../account/account.ts';
import { type CcxtClass, loadCcxt } from './ccxt-loader.ts';

/** What ccxt defines the method of one endpoint from. */
type Endpoint = Parameters<CcxtClient['defineRestApiEndpoint']>;

/** The endpoints of a client by what the names of their methods begin with, such as `privateget`. */
type Endpoints = Map<string, Endpoint[]>;

/** The clients of lean classes; undefined until a client's endpoints are read. */
const endpointsOf = new WeakMap<object, Endpoints | undefined>();

const leanClasses = new WeakMap<CcxtClass, CcxtClass>();

/** Loads the class of one exchange, whose objects cost a cold start less than those of ccxt's own class. */
export async function loadLeanCcxt(id: VenueId): Promise<CcxtClass> {
  const Original = await loadCcxt(id);
  const Lean = leanClasses.get(Original) ?? toLeanClass(Original);
  leanClasses.set(Original, Lean);
  return Lean;
}

/**
 * ccxt gives each object a method for every endpoint of the exchange, hundreds of them, and copies all methods under
 * names in snake_case. Here ccxt defines the method of an endpoint when it is first read, and inherited methods have no
 * names in snake_case: neither ccxt's code nor this project's uses one.
 */
function toLeanClass(Original: CcxtClass): CcxtClass {
  defineMissingMethods(Original);
  class Lean extends Original {
    constructor(config: Record<string, unknown>) {
      super(config);
      if (Object.getPrototypeOf(this) !== new.target.prototype)
        throw new Error('ccxt has another constructor than the one that lean-ccxt.ts was written for.');
      endpointsOf.set(this, undefined);
    }

    /** ccxt's constructor calls this before it copies the methods. */
    override getDefaultOptions() {
      const options = super.getDefaultOptions();
      hideMethods(this);
      return options;
    }

    /** Does nothing when ccxt's constructor calls it. */
    override defineRestApi(...branch: Parameters<CcxtClient['defineRestApi']>): void {
      if (endpointsOf.has(this)) super.defineRestApi(...branch);
    }

    override defineRestApiEndpoint(...endpoint: Endpoint): void {
      const [, , method, , , paths] = endpoint;
      const prefix: string = paths.join('') + method;
      const endpoints = endpointsOf.get(this);
      const others = endpoints?.get(prefix);
      if (others === undefined) endpoints?.set(prefix, [endpoint]);
      else others.push(endpoint);
    }
  }
  return Lean;
}

/** Hides what the object inherits until its `describe` is called, which ccxt's constructor does after the copying. */
function hideMethods(client: CcxtClient): void {
  const prototype: CcxtClient = Object.getPrototypeOf(client);
  const describe = (): unknown => {
    Object.setPrototypeOf(client, prototype);
    client.describe = prototype.describe;
    return client.describe();
  };
  Object.setPrototypeOf(client, Object.assign(Object.create(null), { describe }));
}

const finders = new WeakSet<object>();

/** Adds an object at the end of ccxt's prototype chain. Only a name that is not found before reaches it. */
function defineMissingMethods(Class: CcxtClass): void {
  let last: CcxtClient = Class.prototype;
  for (let next = last; next !== Object.prototype; next = Object.getPrototypeOf(next)) {
    if (finders.has(next)) return;
    last = next;
  }
  const { defineRestApiEndpoint } = last;
  const finder = new Proxy(Object.create(Object.prototype), {
    get(target, name, client) {
      if (typeof name !== 'string' || name in target || !endpointsOf.has(client))
        return Reflect.get(target, name, client);
      for (const endpoint of findEndpoints(client, name)) defineRestApiEndpoint.apply(client, endpoint);
      return Object.getOwnPropertyDescriptor(client, name)?.value;
    },
  });
  finders.add(finder);
  Object.setPrototypeOf(last, finder);
}

/** @returns the endpoints whose method may have this name, in the order in which ccxt would define them. */
function findEndpoints(client: CcxtClient, name: string): Endpoint[] {
  const letters = toLetters(name);
  return [...readEndpoints(client)].flatMap(([prefix, endpoints]) => {
    const start = toLetters(prefix);
    if (!letters.startsWith(start)) return [];
    return endpoints.filter(([, , , , path]) => letters === start + toLetters(path));
  });
}

function readEndpoints(client: CcxtClient): Endpoints {
  const known = endpointsOf.get(client);
  if (known !== undefined) return known;
  const endpoints: Endpoints = new Map();
  endpointsOf.set(client, endpoints);
  client.defineRestApi(client.api, 'request');
  return endpoints;
}

/** `privateGetAccount` and `private_get_account` are two names of one method. */
function toLetters(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9]/g, '').toLowerCase();
}
