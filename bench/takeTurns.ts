/** Measures once and returns the figure: milliseconds, requests a second, or whatever its contenders agree on. */
export type Contender = () => Promise<number>;

export interface TurnOptions {
  /** How often each contender has its turn. */
  readonly rounds: number;
  /** Rounds before these whose figures do not count: code is compiled and connections are opened in them. Default: 1. */
  readonly warmUps?: number;
}

/**
 * Measures contenders in turns, A B A B …, so that whatever else the machine does meets all of them alike.
 * @returns every contender's figures, in the order of the rounds
 */
export async function takeTurns<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { rounds, warmUps = 1 }: TurnOptions,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const entries = Object.entries<Contender>(contenders);
  const figures = Object.fromEntries(entries.map(([name]) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUps; round < rounds; round++) {
    for (const [name, measure] of entries) {
      const figure = await measure();
      if (round >= 0) {
        figures[name as Name].push(figure);
      }
    }
  }
  return figures;
}

/** Milliseconds that something takes, on average over several times one after the other. */
export async function millisecondsEach(times: number, call: (index: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < times; index++) {
    await call(index);
  }
  return (performance.now() - start) / times;
}

export function median(figures: readonly number[]): number {
  return quantile(figures, 0.5);
}

/** The figure below which this part of the figures lies; between two of them, the point between. */
export function quantile(figures: readonly number[], part: number): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) {
    throw new RangeError('There are no figures.');
  }
  return below + (above - below) * (place % 1);
}

/** How one contender compares with another, of the same run. */
export interface Ratio {
  /** Median over median. */
  readonly ratio: number;
  /** The quartiles of the ratios of each round: half of the rounds lie between them. */
  readonly spread: readonly [low: number, high: number];
}

export function ratioOf(over: readonly number[], under: readonly number[]): Ratio {
  const ofRounds = over.map((figure, round) => figure / (under[round] ?? Number.NaN));
  return { ratio: median(over) / median(under), spread: [quantile(ofRounds, 0.25), quantile(ofRounds, 0.75)] };
}
