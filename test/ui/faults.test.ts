import type { FaultMatch, ProxyFault } from '../azure/controlTypes.ts';
import { type Arrangement, holdFaults, retryAfter } from './faultsMatrix.ts';
import type { FaultsRig } from './faultsRig.ts';

const tokenEndpoint: FaultMatch = { host: 'login.microsoftonline.com', grant: 'refresh_token' };

/** Entra's token endpoint fails in some way, for as long as the fault lasts. */
function answers(effect: Parameters<FaultsRig['azure']['control']['addFault']>[0]['effect']): Arrangement {
  return { arrange: ({ azure }) => azure.control.addFault({ ...tokenEndpoint, effect }) };
}

/** The extension finds names of hosts in another way, and goes there directly. */
function names(answer: string): Arrangement {
  return {
    async arrange({ tell }) {
      await tell('/settings', { settings: { 'http.noProxy': ['login.microsoftonline.com'] } });
      await tell('/machine', { names: answer });
    },
    async undo({ tell }) {
      await tell('/machine');
      await tell('/settings', { settings: { 'http.noProxy': null } });
    },
  };
}

/** The extension goes through a proxy that fails; git goes on through its own, and gets as far as asking the extension. */
function proxy(fault: ProxyFault): Arrangement {
  return {
    async arrange({ otherAzure, tell }) {
      await otherAzure.control.breakProxy(fault);
      await tell('/settings', { settings: { 'http.proxy': otherAzure.proxyUrl } });
    },
    async undo({ otherAzure, tell }) {
      await tell('/settings', { settings: { 'http.proxy': null } });
      await otherAzure.control.clearFaults();
    },
  };
}

holdFaults('Faults between a window and Entra', {
  nameNotFound: names('NOTFOUND'),
  // Loopback, where nobody listens.
  refused: names('127.1.2.3'),
  resetBefore: answers({ kind: 'cut', when: 'before' }),
  resetMiddle: answers({ kind: 'cut', when: 'middle' }),
  resetAfter: answers({ kind: 'cut', when: 'after' }),
  proxyDown: proxy({ kind: 'down' }),
  proxyWantsCredentials: proxy({ kind: 'answers', status: 407 }),
  proxyForbids: proxy({ kind: 'answers', status: 403 }),
  proxyFindsNoName: proxy({ kind: 'answers', status: 502 }),
  unknownAuthority: proxy({ kind: 'untrusted' }),
  throttledSeconds: answers({ kind: 'throttle', retryAfter }),
  throttledDate: answers({ kind: 'throttle', retryAfter, asDate: true }),
  error500: answers({ kind: 'empty', status: 500 }),
  html502: answers({ kind: 'html', status: 502 }),
  empty503: answers({ kind: 'empty' }),
  captivePortal: answers({ kind: 'html' }),
  truncatedJson: answers({ kind: 'truncate' }),
  duplicatedJson: answers({ kind: 'duplicate' }),
  hugeAnswer: answers({ kind: 'huge', bytes: 100 * 1024 * 1024 }),
  endlessAnswer: answers({ kind: 'endless' }),
});
