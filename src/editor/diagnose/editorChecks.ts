import { execFile } from 'node:child_process';
import * as vscode from 'vscode';
import { variableNames } from '../../endpoint/dialectGroups.ts';
import { findNamedEntry, nameEntry } from '../../tokens/resources.ts';
import { isOn } from '../settings.ts';
import { usesEditorAccount } from '../usesEditorAccount.ts';
import { authorityCheck } from './authorityCheck.ts';
import type { Check } from './check.ts';
import { type GitCheckDeps, gitCheck } from './gitCheck.ts';
import { proxyCheck } from './proxyCheck.ts';
import { redirectCheck } from './redirectCheck.ts';
import type { DiagnoseDeps } from './registerDiagnose.ts';
import { secretCheck } from './secretCheck.ts';
import { terminalCheck } from './terminalCheck.ts';
import { tokenCheck } from './tokenCheck.ts';

const proxySettings = [
  'http.proxy',
  'http.proxySupport',
  'http.noProxy',
  'http.proxyStrictSSL',
  'http.systemCertificates',
];

/** Every check, with what it needs from this window. */
export function createChecks(deps: DiagnoseDeps): readonly Check[] {
  const { tokens, secrets, clock, log } = deps;
  const settings = deps.settings.current();
  const { clientId } = settings;
  const { groups, allowedResources } = deps.terminals.settings.current();
  const isTrusted = vscode.workspace.isTrusted;
  const arm = findNamedEntry('arm');
  return [
    proxyCheck({ settings: readProxySettings(), environment: process.env }),
    authorityCheck({
      settings: { ...settings, clientId: usesEditorAccount(settings) ? '' : clientId },
      fetch: (input, init) => globalThis.fetch(input, init),
      clock,
      log,
    }),
    redirectCheck({ browserIsHere: isDesktop() && vscode.env.remoteName === undefined }),
    secretCheck({
      secrets,
      needsKeyring: process.platform === 'linux' && isDesktop() && vscode.env.remoteName === undefined,
      environment: process.env,
    }),
    tokenCheck({
      tokens,
      resources: allowedResources.flat(),
      usualResource: (arm && nameEntry(arm, settings.cloud)?.resource) ?? 'https://management.azure.com',
      requester: { kind: 'person', id: 'azureCredentials.diagnose', label: vscode.l10n.t('Diagnose') },
    }),
    gitCheck({
      isTrusted,
      isEnabled: isOn('git.enabled'),
      servesTerminals: isOn('git.terminal'),
      git: runGit,
    }),
    terminalCheck({ isTrusted, groups, address: endpointAddress(deps.collection) }),
  ];
}

function isDesktop(): boolean {
  return vscode.env.uiKind === vscode.UIKind.Desktop;
}

function readProxySettings(): Readonly<Record<string, unknown>> {
  const configuration = vscode.workspace.getConfiguration();
  return Object.fromEntries(proxySettings.map((name) => [name, configuration.get(name)]));
}

/** Where new terminals are told that the local token endpoint is. */
function endpointAddress(collection: vscode.EnvironmentVariableCollection): string | undefined {
  return Object.values(variableNames)
    .flat()
    .map((name) => collection.get(name)?.value)
    .find((value) => value !== undefined && /^http:\/\/127\.0\.0\.1:\d+/.test(value));
}

const runGit: GitCheckDeps['git'] = (args, signal) =>
  new Promise((resolve) => {
    const configured = vscode.workspace.getConfiguration('git').get<unknown>('path');
    const path = typeof configured === 'string' && configured !== '' ? configured : 'git';
    execFile(path, [...args], { signal, timeout: 20_000 }, (error, stdout) =>
      resolve({ code: error === null ? 0 : 1, stdout: String(stdout) }),
    );
  });
