import * as vscode from 'vscode';
import { resourceName } from '../../tokens/resources.ts';
import type { ListedClaim } from './claimList.ts';
import { roleNames } from './directoryRoles.ts';

/** What a claim means, and what this value of it means, for the person. Source: Microsoft identity platform, "Access token claims reference". */
export function claimText(claim: ListedClaim, now: number): string {
  const meaning = meaningOf(claim.name);
  const value = timeText(claim, now) ?? valueMeaning(claim);
  return [meaning ?? vscode.l10n.t('Not documented by Microsoft.'), value].filter(Boolean).join(' ');
}

function meaningOf(name: string): string | undefined {
  return forWhom(name) ?? aboutPerson(name) ?? aboutPermissions(name) ?? aboutSignIn(name) ?? aboutToken(name);
}

function forWhom(name: string): string | undefined {
  switch (name) {
    case 'aud':
      return vscode.l10n.t('Audience: the only resource that takes this token.');
    case 'iss':
      return vscode.l10n.t('Issuer: who made the token, with the tenant in which it holds.');
    case 'iat':
      return vscode.l10n.t('Issued at.');
    case 'nbf':
      return vscode.l10n.t('Not valid before.');
    case 'exp':
      return vscode.l10n.t('Expires at: refused afterwards.');
    case 'appid':
    case 'azp':
      return vscode.l10n.t('Application (client) that the token was issued to.');
    case 'app_displayname':
      return vscode.l10n.t('Name of that application.');
    case 'appidacr':
    case 'azpacr':
      return vscode.l10n.t('How that application proved who it is.');
    default:
      return;
  }
}

function aboutPerson(name: string): string | undefined {
  switch (name) {
    case 'upn':
    case 'unique_name':
    case 'preferred_username':
      return vscode.l10n.t('Sign-in name, to be read by people. It can change: nothing should be decided by it.');
    case 'email':
      return vscode.l10n.t('Mail address. It is not verified.');
    case 'name':
    case 'given_name':
    case 'family_name':
      return vscode.l10n.t('Name, to be read by people.');
    case 'oid':
      return vscode.l10n.t('Object id of the account in this tenant: the same for every application.');
    case 'sub':
      return vscode.l10n.t('Subject: the account as this one application knows it.');
    case 'tid':
      return vscode.l10n.t('Tenant that issued the token, and in which it holds.');
    case 'idtyp':
      return vscode.l10n.t('Kind of subject: "user" for a person, "app" for an application as itself.');
    case 'acct':
      return vscode.l10n.t('Kind of account in this tenant.');
    case 'idp':
      return vscode.l10n.t('Where the person signed in, when that is another tenant: they are a guest here.');
    case 'altsecid':
    case 'puid':
    case 'onprem_sid':
      return vscode.l10n.t('Another id of the account, for older services of Microsoft.');
    case 'ipaddr':
      return vscode.l10n.t('Internet address from which the person signed in.');
    default:
      return;
  }
}

function aboutPermissions(name: string): string | undefined {
  switch (name) {
    case 'scp':
      return vscode.l10n.t(
        'Scopes: what the application may do here on behalf of the person, and never more than the person may.',
      );
    case 'roles':
      return vscode.l10n.t('Application roles that were assigned in this resource.');
    case 'wids':
      return vscode.l10n.t('Directory roles of the person in the whole tenant. Roles on Azure resources are not here.');
    case 'groups':
      return vscode.l10n.t('Object ids of the groups that the person is in.');
    case 'hasgroups':
    case '_claim_names':
    case '_claim_sources':
      return vscode.l10n.t('The person is in too many groups for a token: a service asks Microsoft Graph for them.');
    default:
      return;
  }
}

function aboutSignIn(name: string): string | undefined {
  switch (name) {
    case 'amr':
      return vscode.l10n.t('How the person signed in.');
    case 'acr':
      return vscode.l10n.t('"1" after a sign-in by a person; "0" does not meet ISO/IEC 29115.');
    case 'acrs':
      return vscode.l10n.t('Authentication contexts of Conditional Access that the sign-in satisfied.');
    case 'auth_time':
      return vscode.l10n.t('When the person signed in.');
    case 'deviceid':
      return vscode.l10n.t('Device from which the person signed in, as the tenant knows it.');
    case 'signin_state':
      return vscode.l10n.t('What is known of the sign-in: a managed device, a known network, a kept session.');
    case 'xms_cc':
      return vscode.l10n.t(
        'What the client can do: CP1 means that it understands claims challenges, so that access can be ended at once and the token may live long.',
      );
    default:
      return;
  }
}

function aboutToken(name: string): string | undefined {
  switch (name) {
    case 'ver':
      return vscode.l10n.t('Version of the token’s format. The resource chooses it.');
    case 'uti':
      return vscode.l10n.t('Id of this token: an administrator finds it in the sign-in logs.');
    case 'xms_tcdt':
      return vscode.l10n.t('When the tenant was created.');
    case 'xms_mirid':
    case 'xms_az_rid':
      return vscode.l10n.t('Azure resource of the managed identity that the token is for.');
    case 'sid':
      return vscode.l10n.t('Id of the sign-in session.');
    case 'aio':
    case 'rh':
      return vscode.l10n.t('For Entra itself. It has no meaning for others.');
    default:
      return;
  }
}

function timeText({ time }: ListedClaim, now: number): string | undefined {
  if (time === undefined) {
    return;
  }
  const date = new Date(time).toLocaleString(vscode.env.language, { dateStyle: 'full', timeStyle: 'long' });
  const minutes = Math.round((time - now) / 60_000);
  const format = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: 'auto' });
  const relative = Math.abs(minutes) < 120 ? format.format(minutes, 'minute') : undefined;
  return relative === undefined ? `${date}.` : `${date} (${relative}).`;
}

/** What a value stands for, where it is a code. */
function valueMeaning({ name, value }: ListedClaim): string | undefined {
  switch (name) {
    case 'aud':
      return vscode.l10n.t('This is {0}.', resourceName(String(value)));
    case 'appidacr':
    case 'azpacr':
      return clientProof(String(value));
    case 'acct':
      return String(value) === '1' ? vscode.l10n.t('1: a guest.') : vscode.l10n.t('0: a member.');
    case 'amr':
      return Array.isArray(value) ? value.map((method) => `${method}: ${methodText(String(method))}`).join('; ') : '';
    case 'wids':
      return roleNames(value);
    default:
      return;
  }
}

function clientProof(value: string): string {
  switch (value) {
    case '0':
      return vscode.l10n.t('0: not at all, it is a public client.');
    case '1':
      return vscode.l10n.t('1: with a client secret.');
    default:
      return vscode.l10n.t('2: with a certificate.');
  }
}

function methodText(method: string): string {
  switch (method) {
    case 'pwd':
      return vscode.l10n.t('password');
    case 'mfa':
      return vscode.l10n.t('multifactor authentication');
    case 'rsa':
      return vscode.l10n.t('certificate or authenticator key');
    case 'fido':
      return vscode.l10n.t('security key or passkey');
    case 'otp':
      return vscode.l10n.t('one-time code');
    case 'wia':
      return vscode.l10n.t('Windows domain');
    case 'fed':
      return vscode.l10n.t('another identity provider');
    default:
      return vscode.l10n.t('another method');
  }
}
