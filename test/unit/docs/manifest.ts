import { readFileSync } from 'node:fs';
import { inProject } from '../../../scripts/setup/paths.mjs';

interface Setting {
  readonly default: unknown;
  readonly scope: string;
}

/** What the manifest contributes, with titles in English. */
export interface Manifest {
  readonly version: string;
  readonly engine: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly settings: ReadonlyMap<string, Setting>;
  /** Titles by command id: with the category for those of the palette, without it for those of the view alone. */
  readonly commands: ReadonlyMap<string, string>;
  readonly viewCommands: ReadonlyMap<string, string>;
  /** Other ids that documents may name: views, walkthroughs. */
  readonly otherIds: ReadonlySet<string>;
  /** Every text of the manifest in English. */
  readonly texts: readonly string[];
}

interface PackageJson {
  readonly version: string;
  readonly engines: { readonly vscode: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Setting>> }[];
    readonly menus: {
      readonly commandPalette: readonly { readonly command: string; readonly when: string }[];
    };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
}

export function readManifest(): Manifest {
  const { version, engines, scripts, contributes } = readJson<PackageJson>('package.json');
  const texts = readJson<Record<string, string>>('package.nls.json');
  const inEnglish = (text: string) => texts[/^%(.*)%$/.exec(text)?.[1] ?? ''] ?? text;
  const hidden = new Set(
    contributes.menus.commandPalette.flatMap(({ command, when }) => (when === 'false' ? command : [])),
  );
  const titles = contributes.commands.map(({ command, title, category }) => {
    const isHidden = hidden.has(command);
    const full = isHidden ? inEnglish(title) : `${inEnglish(category)}: ${inEnglish(title)}`;
    return { command, isHidden, full };
  });
  const mapOf = (isHidden: boolean) =>
    new Map(titles.flatMap((title) => (title.isHidden === isHidden ? [[title.command, title.full] as const] : [])));
  return {
    version,
    engine: engines.vscode,
    scripts,
    settings: new Map(contributes.configuration.flatMap(({ properties }) => Object.entries(properties))),
    commands: mapOf(false),
    viewCommands: mapOf(true),
    otherIds: new Set(Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id))),
    texts: Object.values(texts),
  };
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(inProject(path), 'utf8')) as T;
}
