import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { BenchEditor, type Plan } from '../editor/benchEditor.ts';
import { amount, atLeast, atMost, comparedRow, type Figure, rounded } from '../figure.ts';
import type { AzureAccess } from '../productionService.ts';
import { median, quantile, ratioOf } from '../takeTurns.ts';

const username = 'ada@contoso.com';
const megabyte = 1_024 * 1_024;
/** How many of the rounds also fill the cache. */
const filledRounds = 3;

/** What only a real editor can show: sessions, activation and memory. One window, opened anew for each round. */
export async function measureEditor(azure: AzureAccess, { rounds = 10 } = {}): Promise<readonly Figure[]> {
  const plan: Plan = { round: 0, watchLoading: false, sessionRounds: 31, tokens: 1_000 };
  await using editor = await BenchEditor.open(azure, plan);
  await editor.signIn(username);
  await editor.signInBuiltIn(username, azure.control);
  const sessions = await editor.measure<Sessions>('Measure Sessions', 'sessions');
  const activations: Activation[] = [];
  const fillings: number[] = [];
  let attempts = 0;
  const activate = async (watchLoading: boolean): Promise<Activation> => {
    for (;;) {
      attempts += 1;
      try {
        return await editor.reload<Activation>({ ...plan, round: attempts, watchLoading });
      } catch (error) {
        // On a busy machine the editor's own limit for its start passes, and it activates everything by itself.
        if (attempts > 2 * rounds + 2) {
          throw error;
        }
      }
    }
  };
  while (activations.length < rounds) {
    activations.push(await activate(false));
    if (fillings.length < filledRounds) {
      const { bytes } = await editor.measure<{ readonly bytes: number }>('Fill The Cache', 'fill');
      fillings.push(bytes);
    }
  }
  const watched = await activate(true);
  const loading = await readLoading(editor.stage, watched);
  return [sessionFigure(sessions), activationFigure(activations, loading), memoryFigure(activations, fillings)];
}

interface Sessions {
  readonly ours: readonly number[];
  readonly builtIn: readonly number[];
}

/** One round in a window of its own: milliseconds, bytes, and the addresses of files. */
interface Activation {
  readonly oursTime: number;
  readonly builtInTime: number;
  readonly emptyTime: number;
  readonly emptyHeap: number;
  readonly oursHeap: number;
  readonly loadedByActivation: readonly string[];
  readonly loadedSoonAfter: readonly string[];
}

interface Loading {
  /** Bytes. */
  readonly byActivation: number;
  readonly soonAfter: number;
  readonly msalLoaded: boolean;
}

function sessionFigure({ ours, builtIn }: Sessions): Figure {
  const compared = ratioOf(builtIn, ours);
  return {
    key: 'warmSession',
    fields: { ours_us: rounded(median(ours)), builtin_us: rounded(median(builtIn)), ratio: rounded(compared.ratio) },
    rows: [
      comparedRow({
        ...{ what: 'a session, in the editor', ours, unit: 'µs', compared },
        ...{ peer: 'getSession of the built-in Microsoft account', against: builtIn },
        goal: atLeast(compared.ratio, 100),
      }),
    ],
  };
}

function activationFigure(activations: readonly Activation[], loading: Loading): Figure {
  const ours = activations.map(({ oursTime }) => oursTime);
  const builtIn = activations.map(({ builtInTime }) => builtInTime);
  const empty = activations.map(({ emptyTime }) => emptyTime);
  const compared = ratioOf(ours, builtIn);
  const { byActivation, soonAfter, msalLoaded } = loading;
  const kilobytes = (bytes: number) => amount(bytes / 1_024, 'kB');
  return {
    key: 'activation',
    fields: {
      ours_ms: rounded(median(ours)),
      builtin_ms: rounded(median(builtIn)),
      ratio: rounded(compared.ratio),
      msalLoaded,
    },
    rows: [
      comparedRow({
        ...{ what: 'activation, in the editor', ours, unit: 'ms', compared },
        ...{ peer: 'the built-in Microsoft authentication', against: builtIn },
        goal: atMost(compared.ratio, 0.2),
      }),
      comparedRow({
        ...{ what: 'activation, in the editor', ours, unit: 'ms', compared: ratioOf(ours, empty) },
        ...{ peer: 'an extension that does nothing', against: empty },
      }),
      {
        what: 'MSAL is loaded by activation',
        ...{ ours: msalLoaded ? 'yes' : 'no', against: '', ratio: '', spread: '', goal: 'no', isMet: !msalLoaded },
      },
      {
        what: 'code loaded by activation, as the editor loads it',
        ours: kilobytes(byActivation),
        against: `with what follows in seconds: ${kilobytes(soonAfter)}`,
        ...{ ratio: '', spread: '' },
      },
    ],
  };
}

function memoryFigure(activations: readonly Activation[], fillings: readonly number[]): Figure {
  const ours = activations.map(({ oursHeap }) => oursHeap / megabyte);
  const empty = activations.map(({ emptyHeap }) => emptyHeap / megabyte);
  const added = ours.map((heap, round) => heap - (empty[round] ?? 0));
  const idle = median(added);
  const loaded = idle + median(fillings) / megabyte;
  const { text, isMet } = atMost(idle, 3, 'MB');
  const against = `an empty extension: ${amount(median(empty), 'MB')}`;
  const spread = `${amount(quantile(added, 0.25), '')} to ${amount(quantile(added, 0.75), 'MB')}`;
  return {
    key: 'memory',
    fields: { idle_mb: rounded(idle), loaded_mb: rounded(loaded) },
    rows: [
      { what: 'heap when idle', ours: amount(idle, 'MB'), against, ratio: '', spread, goal: text, isMet },
      {
        what: 'heap with 1,000 cached tokens',
        ...{ ours: amount(loaded, 'MB'), against: '', ratio: '', spread: '' },
      },
    ],
  };
}

/** What of the installed build an editor loaded, and whether MSAL was in it. */
async function readLoading(stage: string, { loadedByActivation, loadedSoonAfter }: Activation): Promise<Loading> {
  const { outputs } = JSON.parse(await readFile(join(stage, 'bundle.json'), 'utf8')) as Metafile;
  const ofMsal = Object.entries(outputs)
    .filter(([, { inputs }]) => Object.keys(inputs).some((input) => input.includes('node_modules/@azure/msal')))
    .map(([path]) => basename(path));
  const isOurs = (url: string) => url.includes('/delegated-credentials.azure-delegated-credentials-');
  const [files, later] = [loadedByActivation.filter(isOurs), loadedSoonAfter.filter(isOurs)];
  if (files.length === 0 || ofMsal.length === 0) {
    throw new Error('It is not known what activation loads.');
  }
  return {
    byActivation: await bytesOf(files),
    soonAfter: await bytesOf(later),
    msalLoaded: later.some((url) => ofMsal.includes(basename(new URL(url).pathname))),
  };
}

async function bytesOf(urls: readonly string[]): Promise<number> {
  const paths = new Set(urls.map((url) => fileURLToPath(url)));
  const sizes = await Promise.all([...paths].map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
