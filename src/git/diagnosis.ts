import { type AzureCredentialsError, textsOf } from '../tokens/errors.ts';
import { phrase, type Text } from '../tokens/phrase.ts';
import type { Requester } from '../tokens/requester.ts';
import { azureDevOpsResource } from './azureReposRemote.ts';
import type { GitCredentialOutcome, GitCredentials } from './gitCredentials.ts';
import { type RemoteAddress, readRemoteAddress } from './remoteAddress.ts';

/** What can be done about a finding; the editor offers it as a button. */
export type GitFix =
  | { readonly kind: 'signIn'; readonly failure: Extract<GitCredentialOutcome, { kind: 'failed' }> }
  | { readonly kind: 'setUrl'; readonly url: string }
  | { readonly kind: 'bindAccount'; readonly organization: string }
  | { readonly kind: 'openSettings'; readonly setting: string };

/** One line of a diagnosis. Holds no token and no password. */
export interface GitFinding {
  readonly level: 'good' | 'note' | 'problem';
  /** What was looked at, such as `Tenant`. */
  readonly subject: Text;
  readonly text: Text;
  readonly fix?: GitFix;
}

export interface GitDiagnosisDeps {
  readonly credentials: GitCredentials;
  readonly fetch: typeof fetch;
  /** Runs git in the repository, as the Git extension would. Never rejects. */
  readonly git: (
    args: readonly string[],
    input?: string,
  ) => Promise<{ readonly code: number; readonly stdout: string }>;
  /** Whether git in this window has our helper by now, and if not, why. */
  readonly helperState: { readonly level: GitFinding['level']; readonly text: Text; readonly fix?: GitFix };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who the record of activity names. */
  readonly requester: Requester;
  readonly signal?: AbortSignal;
}

/** Looks at everything between a remote and its server, in the order in which git comes by. */
export async function diagnoseRemote(address: string, deps: GitDiagnosisDeps): Promise<readonly GitFinding[]> {
  const remote = readRemoteAddress(address);
  const findings = [...addressFindings(address, remote), await gitVersion(deps), helperFinding(deps)];
  if (remote.kind !== 'https') {
    return findings;
  }
  const outcome = await deps.credentials.get(queryOf(remote), deps.requester);
  findings.push(...credentialFindings(outcome));
  if (outcome.kind === 'token') {
    findings.push(await serverFinding(remote.plainUrl, outcome, deps));
  }
  findings.push(await gitsOwnView(remote, deps), ...(await otherHelpers(deps)), ...(await proxies(remote, deps)));
  return findings;
}

type HttpsAddress = Extract<RemoteAddress, { kind: 'https' }>;

function queryOf({ plainUrl, remote }: HttpsAddress): {
  protocol: string;
  host: string;
  path: string;
  username?: string;
} {
  const url = new URL(plainUrl);
  return {
    protocol: 'https',
    host: url.host,
    path: decodeURIComponent(url.pathname.slice(1)),
    ...(remote.user !== undefined && { username: remote.user }),
  };
}

function addressFindings(address: string, remote: RemoteAddress): GitFinding[] {
  const subject = phrase`Address`;
  switch (remote.kind) {
    case 'other':
      return [
        { level: 'note', subject, text: phrase`This is no https address of Azure DevOps: git is left alone with it.` },
      ];
    case 'http':
      return [
        {
          level: 'problem',
          subject,
          text: phrase`The address begins with http://. No token is ever sent without encryption.`,
          fix: { kind: 'setUrl', url: remote.httpsUrl },
        },
      ];
    case 'ssh':
      return [
        {
          level: 'problem',
          subject,
          text: phrase`This is an ssh address, which works with keys and not with tokens. Its https form is ${remote.httpsUrl}.`,
          fix: { kind: 'setUrl', url: remote.httpsUrl },
        },
      ];
    case 'https':
      return [...httpsFindings(remote, address)];
  }
}

function* httpsFindings({ remote, plainUrl, hasPassword }: HttpsAddress, address: string): Generator<GitFinding> {
  const form = remote.form === 'dev.azure.com' ? 'dev.azure.com/organization' : 'organization.visualstudio.com';
  yield { level: 'good', subject: phrase`Address`, text: phrase`${plainUrl} (form ${form})` };
  if (hasPassword) {
    yield {
      level: 'problem',
      subject: phrase`Address`,
      text: phrase`A password or personal access token stands in the address, in plain text, and git uses it instead of a token.`,
      fix: { kind: 'setUrl', url: plainUrl },
    };
  } else if (remote.user !== undefined) {
    yield {
      level: 'note',
      subject: phrase`Address`,
      text: phrase`It asks for the account ${remote.user} (${new URL(address).host}).`,
    };
  }
}

async function gitVersion({ git }: GitDiagnosisDeps): Promise<GitFinding> {
  const { stdout } = await git(['--version']);
  const version = /\d+\.\d+(?:\.\d+)*/.exec(stdout)?.[0];
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (version === undefined) {
    return { level: 'problem', subject: phrase`Git`, text: phrase`Git cannot be run.` };
  }
  return major > 2 || (major === 2 && minor >= 31)
    ? { level: 'good', subject: phrase`Git`, text: phrase`Version ${version}` }
    : {
        level: 'problem',
        subject: phrase`Git`,
        text: phrase`Version ${version} takes no configuration from its environment: install 2.31 or later.`,
      };
}

function helperFinding({ helperState }: GitDiagnosisDeps): GitFinding {
  return { subject: phrase`Credential helper`, ...helperState };
}

function* credentialFindings(outcome: GitCredentialOutcome): Generator<GitFinding> {
  if (outcome.kind === 'none') {
    return;
  }
  const { organization, tenant, account, accountReason } = outcome.facts;
  yield organization === undefined
    ? { level: 'problem', subject: phrase`Organization`, text: phrase`The address names no organization.` }
    : { level: 'good', subject: phrase`Organization`, text: organization };
  yield tenantFinding(tenant);
  if (account && accountReason) {
    yield {
      level: 'good',
      subject: phrase`Account`,
      text: phrase`${account.username} (${reasons[accountReason]})`,
      ...(organization !== undefined && { fix: { kind: 'bindAccount', organization } }),
    };
  }
  yield outcome.kind === 'failed'
    ? {
        level: 'problem',
        subject: phrase`Token`,
        text: failureText(outcome.error),
        fix: { kind: 'signIn', failure: outcome },
      }
    : {
        level: 'good',
        subject: phrase`Token`,
        text: phrase`For Azure DevOps (${azureDevOpsResource}), from ${outcome.facts.source === 'cache' ? phrase`memory` : 'Entra'}, until ${new Date(outcome.token.expiresOnTimestamp).toISOString()}`,
      };
}

/** What is wrong, and what to do. */
function failureText(error: AzureCredentialsError): Text {
  const { message, advice } = textsOf(error);
  return advice === undefined ? message : phrase`${message} ${advice}`;
}

const reasons = {
  address: phrase`named in the address`,
  binding: phrase`bound to the organization`,
  workspace: phrase`account of this workspace`,
  tenant: phrase`at home in the organization’s tenant`,
  default: phrase`default account`,
} as const;

function tenantFinding(tenant: string | undefined): GitFinding {
  if (tenant === undefined) {
    return {
      level: 'note',
      subject: phrase`Tenant`,
      text: phrase`Azure DevOps does not name one for this organization: there may be no such organization. The account’s own tenant is used.`,
    };
  }
  return {
    level: 'good',
    subject: phrase`Tenant`,
    text:
      tenant === 'personal'
        ? phrase`None: Microsoft accounts back this organization. The account’s own tenant is used.`
        : tenant,
  };
}

/** Asks what git asks first, with the token as git would send it. */
async function serverFinding(
  plainUrl: string,
  { token, facts }: Extract<GitCredentialOutcome, { kind: 'token' }>,
  deps: GitDiagnosisDeps,
): Promise<GitFinding> {
  const subject = phrase`Server`;
  const bind =
    facts.organization === undefined ? {} : { fix: { kind: 'bindAccount', organization: facts.organization } as const };
  const who = token.account.username;
  try {
    const authorization = `Basic ${Buffer.from(`azure-delegated:${token.token}`).toString('base64')}`;
    const { status } = await deps.fetch(`${plainUrl.replace(/\/$/, '')}/info/refs?service=git-upload-pack`, {
      headers: { authorization },
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(20_000), ...(deps.signal ? [deps.signal] : [])]),
    });
    if (status === 200) {
      return { level: 'good', subject, text: phrase`It lets ${who} read the repository.` };
    }
    const text =
      status === 401 || status === 203 || status === 302
        ? phrase`It does not take the token of ${who} (status ${status}). Another account may be meant.`
        : status === 403 || status === 404
          ? phrase`It has no such repository, or does not let ${who} in (status ${status}). Ask an administrator of the organization for access, or use another account.`
          : phrase`It answered with status ${status}.`;
    return { level: 'problem', subject, text, ...bind };
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown error';
    return {
      level: 'problem',
      subject,
      text: phrase`It cannot be reached (${reason}). Check the network and the proxy.`,
    };
  }
}

/** Git's own word: does it get a credential from our helper? What it prints is looked at and dropped. */
async function gitsOwnView({ plainUrl }: HttpsAddress, { git }: GitDiagnosisDeps): Promise<GitFinding> {
  const { code, stdout } = await git(['credential', 'fill'], `url=${plainUrl}\n\n`);
  const works = code === 0 && /^(?:password|credential)=./m.test(stdout);
  return works
    ? {
        level: 'good',
        subject: phrase`Git`,
        text: phrase`Asked for this address, git gets a credential without a prompt.`,
      }
    : {
        level: 'problem',
        subject: phrase`Git`,
        text: phrase`Asked for this address, git gets no credential without a prompt.`,
      };
}

async function otherHelpers({ git }: GitDiagnosisDeps): Promise<GitFinding[]> {
  const { stdout } = await git(['config', '--show-origin', '--get-regexp', '^credential\\.(.*\\.)?helper$']);
  const others = stdout
    .split('\n')
    .filter(
      (line) =>
        /\S/.test(line) &&
        !line.includes('git-credential-azure-delegated') &&
        !/[\\/]editor\.gitconfig\s+credential\.https:\/\/(?:dev\.azure\.com|\*\.visualstudio\.com)\.helper\s*$/.test(
          line,
        ),
    );
  return others.map((line) => ({
    level: 'note',
    subject: phrase`Other credential helper`,
    text: phrase`${line.replace(/\s+/g, ' ').trim()} (not asked for Azure DevOps while this extension serves git)`,
  }));
}

async function proxies({ plainUrl }: HttpsAddress, { git, environment }: GitDiagnosisDeps): Promise<GitFinding[]> {
  const { stdout } = await git(['config', '--get-urlmatch', 'http.proxy', plainUrl]);
  const found = [
    ['http.proxy', stdout.trim()],
    ...['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].map((name) => [name, environment[name] ?? '']),
  ].find(([, value]) => value !== '');
  const [name = '', value = ''] = found ?? [];
  return found
    ? [{ level: 'note', subject: phrase`Proxy`, text: `${name}: ${value.replace(/\/\/[^@/]*@/, '//…@')}` }]
    : [];
}
