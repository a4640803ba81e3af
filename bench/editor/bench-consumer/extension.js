import { readFile, rename, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';

/** @typedef {import('../../../src/api/azureCredentials.js').AzureCredentialsExports} AzureCredentialsExports */
/** @typedef {{ round: number, watchLoading: boolean, sessionRounds: number, tokens: number }} Plan */

const ours = 'delegated-credentials.azure-delegated-credentials';
const builtIn = 'vscode.microsoft-authentication';
const scopes = ['https://storage.azure.com/.default'];

/**
 * Measures inside the extension host what `plan.json` of the folder BENCH_FOLDER says, and writes it there as JSON.
 *
 * As long as this activation lasts, the editor activates nothing that waits for the end of its start: both extensions are
 * activated here, when the host has come to rest.
 * @param {vscode.ExtensionContext} context
 */
export async function activate(context) {
  const folder = process.env['BENCH_FOLDER'] ?? '';
  /** @type {Plan} */
  const plan = JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8'));
  const commands = {
    signIn: () => getApi(context).getToken({ scopes, interactive: true }),
    signInBuiltIn: () => vscode.authentication.getSession('microsoft', scopes, { createIfNone: true }),
    sessions: () => measureSessions(getApi(context), plan),
    fill: () => fillCache(getApi(context), plan),
  };
  for (const [name, run] of Object.entries(commands)) {
    const report = async () => {
      const result = await settled(run);
      // Tokens are not written anywhere.
      await writeJson(folder, name, name.startsWith('signIn') ? { done: !('error' in result) } : result);
    };
    context.subscriptions.push(vscode.commands.registerCommand(`bench.${name}`, report));
  }
  if (plan.round > 0) {
    await writeJson(folder, `round-${plan.round}`, await settled(() => measureActivation(plan)));
  }
}

/**
 * What something results in; an error by its message.
 * @param {() => PromiseLike<object>} run
 * @returns {Promise<object>}
 */
async function settled(run) {
  try {
    return await run();
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** @param {vscode.ExtensionContext} context */
function getApi(context) {
  /** @type {vscode.Extension<AzureCredentialsExports> | undefined} */
  const extension = vscode.extensions.getExtension(ours);
  if (extension === undefined) {
    throw new Error('The extension is not installed.');
  }
  return extension.exports.getAPI(1, context.extension);
}

/**
 * Times of activation in milliseconds, code loading included, and the heap that each extension adds in bytes.
 * @param {Plan} plan
 */
async function measureActivation({ round, watchLoading }) {
  await sleep(2_500);
  /** @type {string[]} */
  const loaded = [];
  if (watchLoading) {
    registerHooks({
      load(url, context, nextLoad) {
        loaded.push(url);
        return nextLoad(url, context);
      },
    });
  }
  const builtInFirst = round % 2 === 0 ? await activateTimed(builtIn) : undefined;
  const atFirst = await heapAtRest(500);
  const emptyTime = await activateTimed('sample.empty-extension');
  const withEmpty = await heapAtRest(500);
  const oursTime = await activateTimed(ours);
  const loadedByActivation = [...loaded];
  const withOurs = await heapAtRest(2_500);
  return {
    oursTime,
    emptyTime,
    builtInTime: builtInFirst ?? (await activateTimed(builtIn)),
    emptyHeap: withEmpty - atFirst,
    oursHeap: withOurs - withEmpty,
    loadedByActivation,
    loadedSoonAfter: loaded,
  };
}

/** @param {string} id */
async function activateTimed(id) {
  const extension = vscode.extensions.getExtension(id);
  if (extension === undefined || extension.isActive) {
    throw new Error(`${id} is ${extension === undefined ? 'not installed' : 'active already'}.`);
  }
  const start = performance.now();
  await extension.activate();
  return performance.now() - start;
}

/**
 * Bytes of the heap that are in use, once what was started has come to rest.
 * @param {number} milliseconds how long that is waited for
 */
async function heapAtRest(milliseconds) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  await sleep(milliseconds);
  collect();
  await sleep(50);
  collect();
  return process.memoryUsage().heapUsed;
}

/**
 * Microseconds of a warm session: ours and the editor's own, in turns.
 * @param {ReturnType<typeof getApi>} api
 * @param {Plan} plan
 */
async function measureSessions(api, { sessionRounds }) {
  const times = { ours: /** @type {number[]} */ ([]), builtIn: /** @type {number[]} */ ([]) };
  for (let round = -2; round < sessionRounds; round++) {
    const oursTime = await microsecondsEach(2_000, () => api.getToken({ scopes }));
    const builtInTime = await microsecondsEach(5, async () => {
      const session = await vscode.authentication.getSession('microsoft', scopes, { silent: true });
      if (session === undefined) {
        throw new Error('The editor has no session.');
      }
    });
    if (round >= 0) {
      times.ours.push(oursTime);
      times.builtIn.push(builtInTime);
    }
  }
  return times;
}

/**
 * @param {number} times
 * @param {() => Promise<unknown>} call
 */
async function microsecondsEach(times, call) {
  const start = performance.now();
  for (let index = 0; index < times; index++) {
    await call();
  }
  return (1_000 * (performance.now() - start)) / times;
}

/**
 * Bytes that the heap grows by while so many tokens come into the cache, MSAL included.
 * @param {ReturnType<typeof getApi>} api
 * @param {Plan} plan
 */
async function fillCache(api, { tokens }) {
  const before = await heapAtRest(500);
  for (let index = 0; index < tokens; index += 10) {
    const some = Array.from({ length: 10 }, (_, offset) => `https://bench${index + offset}.blob.core.windows.net`);
    await Promise.all(some.map((resource) => api.getToken(resource)));
  }
  return { bytes: (await heapAtRest(2_000)) - before };
}

/**
 * Whoever waits for the file finds it whole.
 * @param {string} folder
 * @param {string} name
 * @param {unknown} value
 */
async function writeJson(folder, name, value) {
  const file = join(folder, `${name}.json`);
  await writeFile(`${file}.new`, JSON.stringify(value));
  await rename(`${file}.new`, file);
}
