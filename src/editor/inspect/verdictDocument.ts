import * as vscode from 'vscode';
import { resourceName } from '../../tokens/resources.ts';
import type { CachedTokenInfo } from '../../tokens/tokenService.ts';
import type { Decider, NeededAccess } from './neededAccess.ts';
import type { Finding, Result } from './verdict.ts';

type Of<Check extends Finding['check']> = Finding & { readonly check: Check };

/** Why a request was answered 403, as far as its token tells, and who has to do what: Markdown. */
export function verdictDocument(
  needed: NeededAccess,
  { resource, account, tenantId }: Pick<CachedTokenInfo, 'resource' | 'account' | 'tenantId'>,
  findings: readonly Finding[],
): string {
  return [
    `# ${vscode.l10n.t('403: why was this refused?')}`,
    '',
    `- ${vscode.l10n.t('Request: {0}', code(needed.request))}`,
    `- ${vscode.l10n.t('API: {0}', needed.service ?? vscode.l10n.t('not a known Azure service'))}`,
    `- ${vscode.l10n.t('Token: for {0}, account {1}, tenant {2}', resourceName(resource), code(account.username), code(tenantId))}`,
    '',
    ...findings.flatMap((finding) => [...findingText(finding), '']),
  ].join('\n');
}

function findingText(finding: Finding): readonly string[] {
  switch (finding.check) {
    case 'audience':
      return audienceText(finding);
    case 'lifetime':
      return lifetimeText(finding);
    case 'permission':
      return permissionText(finding);
    case 'beyond':
      return [
        `## ${vscode.l10n.t('The rest is decided outside the token')}`,
        '',
        deciderText(finding.decider),
        '',
        vscode.l10n.t('Also possible: a firewall or a private network of the resource, or the wrong tenant.'),
      ];
  }
}

/** A value as it is: the preview would make links of addresses, and could take a name for Markdown. */
function code(value: string): string {
  return value === '' ? '–' : `\`${value.replaceAll('`', "'")}\``;
}

function title(result: Result, text: string): string {
  const mark = { fits: '✔', fails: '✘', unknown: '?' }[result];
  return `## ${mark} ${text}`;
}

function audienceText({ result, actual, expected }: Of<'audience'>): readonly string[] {
  const heading = title(result, vscode.l10n.t('Audience (aud): {0}', code(actual)));
  switch (result) {
    case 'fits':
      return [heading, '', vscode.l10n.t('The token is for this API.')];
    case 'unknown':
      return [heading, '', vscode.l10n.t('Whether this is right, the documentation of the API says.')];
    case 'fails':
      return [
        heading,
        '',
        vscode.l10n.t('The token is for something else: this API refuses it whatever you may do there.'),
        '',
        expected === undefined
          ? vscode.l10n.t('What to do (you): get a token for the resource that the API’s documentation names.')
          : vscode.l10n.t(
              'What to do (you): get a token for {0} with "Azure Credentials: Get Access Token".',
              code(expected),
            ),
      ];
  }
}

function lifetimeText({ result, time }: Of<'lifetime'>): readonly string[] {
  if (time === undefined) {
    return [title(result, vscode.l10n.t('Lifetime (exp): the token does not say'))];
  }
  const date = new Date(time).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'medium' });
  const heading = title(result, vscode.l10n.t('Lifetime (exp): until {0}', date));
  return result === 'fits' ? [heading] : [heading, '', vscode.l10n.t('What to do (you): get a new token.')];
}

function permissionText({ result, has, needsOneOf, claim }: Of<'permission'>): readonly string[] {
  const heading = title(result, vscode.l10n.t('Permission ({0}): {1}', claim, code(has.join(' '))));
  const needs = needsOneOf.map(code).join(', ');
  if (result === 'fits') {
    return [heading, '', vscode.l10n.t('This API takes any of: {0}.', needs)];
  }
  if (result === 'unknown') {
    return [heading, '', vscode.l10n.t('Which permission this request needs, the documentation of the API says.')];
  }
  return [
    heading,
    '',
    vscode.l10n.t('The token has none of the permissions that this request takes: {0}.', needs),
    '',
    claim === 'scp'
      ? vscode.l10n.t(
          'What to do (your administrator): add the delegated permission "{0}" to the application registration and consent to it. Then sign in again.',
          needsOneOf[0] ?? '',
        )
      : vscode.l10n.t(
          'What to do (your administrator): assign the application permission "{0}" and consent to it.',
          needsOneOf[0] ?? '',
        ),
  ];
}

function deciderText(decider: Decider): string {
  switch (decider) {
    case 'azureRoles':
      return vscode.l10n.t(
        'Azure roles decide, on the resource itself. What to do (owner of the resource, or an administrator): assign you a data role, such as "Storage Blob Data Reader" or "Key Vault Secrets User"; "Owner" and "Contributor" do not include the data. A new role takes some minutes. If you activated the role just now, run "Azure Credentials: Refresh All Tokens".',
      );
    case 'organization':
      return vscode.l10n.t(
        'The organization decides. What to do (administrator of the Azure DevOps organization or project): add you, with an access level and the permission for this repository or pipeline.',
      );
    case 'workspace':
      return vscode.l10n.t(
        'The workspace decides. What to do (administrator of the workspace): add you with a role; the tenant’s settings must also allow the API.',
      );
    case 'api':
      return vscode.l10n.t(
        'The API decides by what you yourself may do there: a scope never gives more than that. What to do (administrator of the API): give you the role or the membership.',
      );
  }
}
