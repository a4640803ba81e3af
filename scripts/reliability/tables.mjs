import { consumers } from '../../test/faults/consumers.ts';
import { faults } from '../../test/faults/faultTable.ts';

/** @typedef {import('../../test/faults/faultTypes.ts').Fault} Fault */
/** @typedef {import('../../test/faults/faultTypes.ts').FaultPromise} FaultPromise */

const areas = /** @type {const} */ ({
  network: 'The network',
  answers: 'Entra’s answers',
  clock: 'The clock',
  session: 'The session',
  secretStorage: 'The editor’s SecretStorage',
  machine: 'The machine, other windows, and the person',
});

/** @type {Readonly<Record<FaultPromise['tokensAtHand'], string>>} */
const tokensAtHand = {
  served: 'given out',
  renewed: 'replaced first',
  refused: 'not given out any more',
  none: '(a new window has none)',
};

/** @type {Readonly<Record<FaultPromise['account'], string>>} */
const account = {
  kept: 'kept',
  unknown: 'kept, and back afterwards',
  gone: 'gone, as it must be',
};

/** @type {Readonly<Record<FaultPromise['recovers'], string>>} */
const recovers = {
  atOnce: 'with the next request',
  whenEntraSays: 'when the time is over',
  withinHalfAMinute: 'within half a minute',
  afterSignIn: 'after a sign-in',
};

/**
 * The part of docs/reliability.md that is made from the table of faults: every promise, and how each consumer is told.
 * @returns {string} Markdown
 */
export function faultTables() {
  const sections = Object.entries(areas).map(([area, title]) => faultTable(area, title));
  return [summary(), ...sections, consumerTable()].join('\n\n');
}

function summary() {
  const cells = faults.length * consumers.length;
  return (
    `${faults.length} faults × ${consumers.length} consumers are ${cells} cells, and each is a test. ` +
    '`npm run test:faults` runs them all and prints how many it held.'
  );
}

/**
 * @param {string} area
 * @param {string} title
 */
function faultTable(area, title) {
  const rows = faults
    .filter((fault) => fault.area === area)
    .flatMap((fault) => [
      row([
        fault.title,
        outcome(fault.promise),
        `${fault.promise.withinSeconds} s`,
        String(fault.promise.requests),
        ...[tokensAtHand[fault.promise.tokensAtHand], account[fault.promise.account], recovers[fault.promise.recovers]],
      ]),
    ]);
  const heading = row([
    'when …',
    'a request that needs Entra gets',
    'within',
    'with requests',
    'tokens in memory',
    'account',
    'all is well',
  ]);
  return [`### ${title}\n`, heading, row(Array(7).fill('---')), ...rows, ...differences(area)].join('\n');
}

/** @param {Pick<FaultPromise, 'outcome' | 'words'>} promise */
function outcome({ outcome: code, words }) {
  const said = words.map((word) => `“${word}”`).join(', ');
  return code === 'token' ? 'a token' : `\`${code}\`${said === '' ? '' : `: ${said}`}`;
}

/**
 * What some consumers are promised differently, each difference once.
 * @param {string} area
 */
function differences(area) {
  /** @type {Map<string, string[]>} */
  const titles = new Map();
  for (const { title, promise, differs = {} } of faults.filter((fault) => fault.area === area)) {
    for (const { id, title: who } of consumers) {
      const different = differs[id];
      if (different !== undefined) {
        const sentence = `${who} gets ${outcome({ ...promise, ...different })}: ${different.because}`;
        titles.set(sentence, [...(titles.get(sentence) ?? []), title]);
      }
    }
  }
  const lines = [...titles].map(([sentence, when]) => `- When ${anyOf(when)}, ${sentence}.`);
  return lines.length === 0 ? [] : ['', ...lines];
}

/** @param {readonly string[]} titles */
function anyOf(titles) {
  return titles.length < 2 ? titles.join() : `${titles.slice(0, -1).join(', when ')}, or when ${titles.at(-1)}`;
}

function consumerTable() {
  const outcomes = /** @type {const} */ ([
    ...['network', 'throttled', 'identity_provider'],
    ...['interaction_required', 'not_signed_in', 'storage'],
  ]);
  const rows = consumers.map(({ title, given, language }) =>
    row([title, language, ...outcomes.map((code) => `\`${given[/** @type {'network'} */ (code)]}\``)]),
  );
  return [
    '### How each consumer is told\n',
    row(['consumer', 'is told by', ...outcomes.map((code) => `\`${code}\``)]),
    row(Array(outcomes.length + 2).fill('---')),
    ...rows,
  ].join('\n');
}

/** @param {readonly string[]} cells */
function row(cells) {
  return `| ${cells.join(' | ')} |`;
}
