import type { Fault, FaultPromise } from './faultTypes.ts';

/** Nothing gets through: an error that says why, soon, while what is in memory goes on. */
const unreachable = {
  outcome: 'network',
  withinSeconds: 10,
  requests: 3,
  tokensAtHand: 'served',
  account: 'kept',
  recovers: 'atOnce',
} as const satisfies Partial<FaultPromise>;

const outOfOrder = { ...unreachable, outcome: 'identity_provider' } as const;

const notEntra = {
  ...unreachable,
  requests: 1,
  words: ['Something other than Microsoft Entra ID answered', 'http.proxy'],
} as const;

const throttled = {
  ...unreachable,
  outcome: 'throttled',
  requests: 1,
  words: ['asks to wait', 'Wait until'],
  recovers: 'whenEntraSays',
} as const;

/** What goes wrong between here and Entra, and with its answers. */
export const networkFaults: readonly Fault[] = [
  {
    id: 'nameNotFound',
    title: 'the name of the sign-in service cannot be found',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, words: ['login.microsoftonline.com could not be found', 'http.proxy'] },
  },
  {
    id: 'refused',
    title: 'the sign-in service refuses the connection',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, words: ['login.microsoftonline.com could not be reached', 'connection'] },
  },
  {
    id: 'resetBefore',
    title: 'the connection is reset before the answer',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, words: ['login.microsoftonline.com could not be reached', 'connection'] },
  },
  {
    id: 'resetMiddle',
    title: 'the connection is reset in the middle of the answer',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, words: ['login.microsoftonline.com could not be reached', 'connection'] },
  },
  {
    id: 'resetAfter',
    title: 'the connection is reset after Entra has acted, with no answer',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, words: ['login.microsoftonline.com could not be reached', 'connection'] },
  },
  {
    id: 'proxyDown',
    title: 'nothing listens at the address of the proxy',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, words: ['could not be reached', 'proxy'] },
  },
  {
    id: 'proxyWantsCredentials',
    title: 'the proxy demands credentials',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, requests: 1, words: ['user name and password for the proxy', 'http.proxy'] },
  },
  {
    id: 'proxyForbids',
    title: 'the proxy forbids the sign-in service',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, requests: 1, words: ['proxy', '403', 'administrator'] },
  },
  {
    id: 'proxyFindsNoName',
    title: 'the proxy does not find the sign-in service',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, words: ['proxy', '502', 'connection'] },
  },
  {
    id: 'unknownAuthority',
    title: 'nobody here trusts the certificate of the sign-in service',
    area: 'network',
    window: 'open',
    promise: { ...unreachable, requests: 1, words: ['certificate', 'not trusted', 'root certificate'] },
  },
  {
    id: 'throttledSeconds',
    title: 'Entra answers 429 with Retry-After in seconds',
    area: 'answers',
    window: 'open',
    promise: throttled,
  },
  {
    id: 'throttledDate',
    title: 'Entra answers 429 with Retry-After as a date',
    area: 'answers',
    window: 'open',
    promise: throttled,
  },
  {
    id: 'error500',
    title: 'Entra answers 500',
    area: 'answers',
    window: 'open',
    promise: { ...outOfOrder, words: ['out of order', 'status 500', 'status.azure.com'] },
  },
  {
    id: 'html502',
    title: 'a gateway answers 502 with HTML',
    area: 'answers',
    window: 'open',
    promise: { ...outOfOrder, words: ['out of order', 'status 502', 'status.azure.com'] },
  },
  {
    id: 'empty503',
    title: 'Entra answers 503 without a body',
    area: 'answers',
    window: 'open',
    promise: { ...outOfOrder, words: ['out of order', 'status 503', 'status.azure.com'] },
  },
  {
    id: 'captivePortal',
    title: 'a web page of the network answers 200 in Entra’s place',
    area: 'answers',
    window: 'open',
    promise: notEntra,
  },
  { id: 'truncatedJson', title: 'the JSON is cut short', area: 'answers', window: 'open', promise: notEntra },
  { id: 'duplicatedJson', title: 'the JSON comes twice', area: 'answers', window: 'open', promise: notEntra },
  { id: 'hugeAnswer', title: 'the answer has 100 MB', area: 'answers', window: 'open', promise: notEntra },
  {
    id: 'endlessAnswer',
    title: 'the answer never ends',
    area: 'answers',
    window: 'open',
    promise: { ...unreachable, requests: 1, withinSeconds: 40, words: ['did not answer in time', 'connection'] },
  },
];
