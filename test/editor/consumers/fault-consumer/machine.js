import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';

// What the machine gives to an extension host, made to fail inside it: names of hosts, the disk, secret storage. Extensions
// of one window share the process, so that each of them meets it.

/**
 * @typedef {object} SecretWish
 * @property {'works' | 'slow' | 'unreadable' | 'undecryptable' | 'unwritable'} [mode] from now on
 * @property {boolean} [lose] deletes what Azure Delegated Credentials has stored
 * @property {string} [refreshToken] stored in place of the one that is there, as another window would
 * @property {{ readonly key: string, readonly value: string | null }} [put] what another window has just stored, or deleted
 * @property {string} [tellWrites] address that is told of each change from now on; none when empty
 * @property {number} [version] stored in place of the one that is there, as another version of the extension would
 */

/**
 * Takes part in every extension's secret storage: VS Code gives each its own object of one class.
 * @param {import('vscode').SecretStorage} own
 */
export function createSecretFaults(own) {
  const shared = Object.getPrototypeOf(own);
  const { get, store, delete: remove, keys } = shared;
  /** @type {Readonly<Partial<Record<string, readonly Function[]>>>} */
  const failing = { unreadable: [get, keys], undecryptable: [get], unwritable: [store, remove] };
  /** @type {NonNullable<SecretWish['mode']>} */
  let mode = 'works';
  /** @type {string | undefined} */
  let listener;
  /** @type {import('vscode').SecretStorage | undefined} */
  let ours;
  const pass = async (/** @type {Function} */ operation) => {
    if (mode === 'slow') {
      await wait(2000);
    }
    if (failing[mode]?.includes(operation)) {
      throw new Error('The name org.freedesktop.secrets was not provided by any .service files');
    }
  };
  const wrap = (/** @type {Function} */ original) =>
    /** @this {import('vscode').SecretStorage} */
    async function (/** @type {unknown[]} */ ...args) {
      const [key, value = null] = args;
      const isOurs = typeof key === 'string' && key.startsWith('entra/');
      if (isOurs) {
        ours = this;
      }
      await pass(original);
      const result = await Reflect.apply(original, this, args);
      if (isOurs && original !== get && listener !== undefined) {
        await fetch(listener, { method: 'POST', body: JSON.stringify({ key, value }) });
      }
      return result;
    };
  Object.assign(shared, { get: wrap(get), keys: wrap(keys), store: wrap(store), delete: wrap(remove) });

  return async (/** @type {SecretWish} */ wish = {}) => {
    mode = wish.mode ?? mode;
    listener = wish.tellWrites === undefined ? listener : wish.tellWrites || undefined;
    if (ours === undefined) {
      throw new Error('Azure Delegated Credentials has stored nothing since this extension started.');
    }
    if (wish.put !== undefined) {
      const { key, value } = wish.put;
      await (value === null ? Reflect.apply(remove, ours, [key]) : Reflect.apply(store, ours, [key, value]));
    }
    const found = [];
    for (const key of (await Reflect.apply(keys, ours, [])).filter(isAccount)) {
      const secret = JSON.parse(await Reflect.apply(get, ours, [key]));
      found.push(secret.refreshToken);
      if (wish.lose === true) {
        await Reflect.apply(remove, ours, [key]);
      } else if (wish.refreshToken !== undefined || wish.version !== undefined) {
        const { refreshToken = secret.refreshToken, version = secret.version } = wish;
        await Reflect.apply(store, ours, [key, JSON.stringify({ ...secret, refreshToken, version })]);
      }
    }
    return { refreshTokens: found };
  };
}

/** @param {string} key */
function isAccount(key) {
  return key.startsWith('entra/account/');
}

const { lookup } = dns;

/**
 * Names of hosts as they are found from now on, loopback aside: never, at an address, or by the machine again.
 * @param {string | undefined} answer
 */
export function breakNames(answer) {
  const isOurs = (/** @type {string} */ host) => host !== 'localhost' && !/^[\d.:]+$/.test(host);
  const instead = (/** @type {string} */ host, /** @type {any} */ options, /** @type {any} */ callback) => {
    if (!isOurs(host)) {
      return lookup(host, options, callback);
    }
    const done = typeof options === 'function' ? options : callback;
    if (answer === 'NOTFOUND') {
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', hostname: host });
      return process.nextTick(done, error);
    }
    return process.nextTick(done, null, options?.all ? [{ address: answer, family: 4 }] : answer, 4);
  };
  dns.lookup = answer === undefined ? lookup : /** @type {typeof lookup} */ (/** @type {unknown} */ (instead));
  syncBuiltinESMExports();
}

const writing = /** @type {const} */ (['appendFile', 'copyFile', 'mkdir', 'rename', 'symlink', 'writeFile']);
const ofDisk = Object.fromEntries(writing.map((name) => [name, fs.promises[name]]));

/**
 * Whatever is written with promises fails, as on a full disk.
 * @param {boolean} isFull
 */
export function breakDisk(isFull) {
  const full = (/** @type {string} */ name) => async () => {
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), { code: 'ENOSPC', syscall: name });
  };
  Object.assign(fs.promises, isFull ? Object.fromEntries(writing.map((name) => [name, full(name)])) : ofDisk);
  syncBuiltinESMExports();
}
