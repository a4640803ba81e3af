import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { inProject } from '../../../scripts/setup/paths.mjs';

interface Setting {
  readonly type: string;
  readonly scope?: string;
  readonly order?: number;
  readonly markdownDescription?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly default?: unknown;
}

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly icon?: string;
}

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Step {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly media: { readonly svg: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

interface Manifest {
  readonly contributes: {
    readonly configuration: readonly {
      readonly title: string;
      readonly properties: Readonly<Record<string, Setting>>;
    }[];
    readonly commands: readonly Command[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}

const manifest: Manifest = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
const texts: Readonly<Record<string, string>> = JSON.parse(await readFile(inProject('package.nls.json'), 'utf8'));
const { configuration, commands, menus, walkthroughs } = manifest.contributes;
const settings = configuration.flatMap(({ properties }) => Object.entries(properties));

function text(reference: string | undefined): string {
  const key = /^%(.+)%$/.exec(reference ?? '')?.[1];
  assert.ok(key !== undefined && texts[key], `${reference} is no text of package.nls.json`);
  return texts[key] ?? '';
}

describe('package.json: settings', () => {
  for (const [name, setting] of settings) {
    it(`${name} says what it does, has its place, and what each of its values means`, () => {
      assert.ok(text(setting.markdownDescription).length > 15);
      assert.equal(setting.description, undefined);
      assert.equal(typeof setting.order, 'number');
      assert.notEqual(setting.default, undefined);
      assert.equal(setting.markdownEnumDescriptions?.length, setting.enum?.length);
      setting.markdownEnumDescriptions?.map(text);
    });
  }

  it('cannot be set by a repository, but for those that it can only narrow', () => {
    const byScope = Map.groupBy(settings, ([, { scope }]) => scope);
    assert.deepEqual([...byScope.keys()].sort(), ['machine', 'machine-overridable']);
    const overridable = (byScope.get('machine-overridable') ?? []).map(([name]) => name);
    assert.deepEqual(
      overridable.filter((name) => !name.startsWith('azureCredentials.terminal.')),
      [],
    );
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual([...restrictedConfigurations].sort(), overridable.sort());
  });

  it('have an order of their own in each group', () => {
    for (const { title, properties } of configuration) {
      const orders = Object.values(properties).map(({ order }) => order);
      assert.equal(new Set(orders).size, orders.length, title);
    }
  });

  it('name only settings and commands that exist', () => {
    const names = new Set(settings.map(([name]) => name));
    const titles = new Set(commands.map(({ title }) => text(title)));
    for (const [key, value] of Object.entries(texts)) {
      for (const [, name = ''] of value.matchAll(/`#([\w.]+)#`/g)) {
        assert.ok(names.has(name), `${key} names ${name}`);
      }
      for (const [, title = ''] of value.matchAll(/`Azure Credentials: ([^`]+)`/g)) {
        assert.ok(titles.has(title), `${key} names the command ${title}`);
      }
    }
  });
});

describe('package.json: commands', () => {
  it('have the one category, an imperative title and an icon', () => {
    for (const { command, title, category, icon } of commands) {
      assert.match(command, /^azureCredentials\./);
      assert.equal(category, '%category%', command);
      assert.match(icon ?? '', /^\$\([\w-]+\)$/, command);
      assert.match(
        text(title),
        /^(Sign|Switch|Get|Refresh|Set|Paste|Copy|Show|Manage|Connect|Bind|Diagnose|Inspect|Explain|Make|Revoke|Open)\b/,
      );
    }
  });

  it('of the palette are offered only where they can do something', () => {
    const when = new Map((menus['commandPalette'] ?? []).map((item) => [item.command, item.when]));
    for (const name of ['signOut', 'switchAccount', 'refreshTokens', 'inspectToken', 'explainForbidden']) {
      assert.equal(when.get(`azureCredentials.${name}`), '!azureCredentials.signedOut');
    }
    assert.equal(when.get('azureCredentials.terminal.connect'), 'isWorkspaceTrusted');
    assert.equal(when.get('azureCredentials.git.bindAccount'), '!azureCredentials.signedOut && isWorkspaceTrusted');
    for (const { command } of commands.filter((one) => one.command.startsWith('azureCredentials.view.'))) {
      assert.equal(when.get(command), 'false', `${command} needs an item of the view`);
    }
    for (const name of ['pasteSignInAddress', 'copySignInLink']) {
      assert.equal(when.get(`azureCredentials.${name}`), 'azureCredentials.waitingForBrowser');
    }
  });

  it('of every menu exist', () => {
    const known = new Set(commands.map(({ command }) => command));
    for (const item of Object.values(menus).flat()) {
      assert.ok(known.has(item.command), item.command);
    }
  });
});

describe('package.json: walkthrough', () => {
  const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);

  it('has a step for everything that a person starts with, each with an action', () => {
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['application', 'signIn', 'token', 'clone', 'terminal'],
    );
    for (const { title, description, completionEvents } of steps) {
      assert.ok(text(title));
      assert.match(text(description), /\n\[[^\]]+\]\(command:/);
      assert.ok(completionEvents.length > 0);
    }
  });

  it('runs only commands that exist', () => {
    const known = new Set([...commands.map(({ command }) => command), 'git.clone']);
    for (const { description } of steps) {
      for (const [, command = ''] of text(description).matchAll(/\(command:([\w.]+)/g)) {
        assert.ok(known.has(command), command);
      }
    }
  });

  for (const { id, media } of steps) {
    it(`has a picture of "${id}" in the colours of the theme, without words, that is described`, async () => {
      assert.ok(text(media.altText).length > 20);
      const picture = await readFile(inProject(media.svg), 'utf8');
      assert.match(picture, /var\(--vscode-/);
      assert.doesNotMatch(picture, /<text|<script|https?:\/\/(?!www\.w3\.org)/);
      assert.doesNotMatch(picture, /(?:fill|stroke)="#/);
      // The walkthrough's content security policy keeps style sheets of pictures out, and then nothing of them is seen.
      assert.doesNotMatch(picture, /<style|\bstyle=|\bclass=/);
    });
  }
});
