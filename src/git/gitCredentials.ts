import type { AccessToken } from '../tokens/accessToken.ts';
import type { Account } from '../tokens/account.ts';
import { type AzureCredentialsError, isAzureCredentialsError } from '../tokens/errors.ts';
import type { Requester } from '../tokens/requester.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { claimsOfChallenges, parseWwwAuthenticate, tenantOfChallenges } from '../tokens/wwwAuthenticate.ts';
import { type AzureReposRemote, azureDevOpsResource, readAzureReposRemote } from './azureReposRemote.ts';
import { type AccountChoice, type AccountChoiceDeps, chooseAccount } from './chooseAccount.ts';
import { type OrganizationTenant, type OrganizationTenants, zeroGuid } from './organizationTenant.ts';

export interface GitCredentialsDeps extends AccountChoiceDeps {
  readonly tokens: Pick<TokenService, 'getToken' | 'getAccounts' | 'clear' | 'activity'>;
  readonly tenants: OrganizationTenants;
  /** The organization of the open repositories' remotes, when they have only one; used when an address names none. */
  readonly openOrganization: () => string | undefined;
}

/** What git, or the Git extension, asks about. */
interface GitCredentialQuery {
  readonly protocol: string;
  readonly host: string;
  readonly path?: string;
  readonly username?: string;
  /** `WWW-Authenticate` headers that the server sent. */
  readonly challenges?: readonly string[];
  readonly signal?: AbortSignal;
}

/** How a request was understood, as far as it got. For traces, messages and diagnosis. */
export interface GitCredentialFacts {
  organization?: string;
  tenant?: string;
  account?: Account;
  accountReason?: AccountChoice['reason'];
  source?: 'cache' | 'entra';
  /** Claims that a server demands of the next token. */
  claims?: string;
}

export type GitCredentialOutcome =
  /** Not ours: someone else may know. */
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: AccessToken; readonly facts: GitCredentialFacts }
  | { readonly kind: 'failed'; readonly error: AzureCredentialsError; readonly facts: GitCredentialFacts };

/** Tokens for git: for whichever way git asks. */
export interface GitCredentials {
  /**
   * Finds organization, tenant and account, and gets a token. Never prompts: git may be running in the background, where a
   * browser window would have no visible cause.
   *
   * @throws only what is a defect: failures with a code are outcomes.
   */
  get(query: GitCredentialQuery, requester: Requester): Promise<GitCredentialOutcome>;
  /** A server refused a credential: its token is never served again, and the organization's tenant is asked for anew. */
  erase(query: GitCredentialQuery, secret: string | undefined): Promise<GitCredentialFacts>;
}

/** See {@link GitCredentials}. */
export function createGitCredentials(deps: GitCredentialsDeps): GitCredentials {
  /** Organizations whose next token must come from Entra, even if some cache behind us still has the refused one. */
  const refused = new Set<string>();
  return {
    async get(query, requester) {
      const facts: GitCredentialFacts = {};
      try {
        const remote = readAzureReposRemote(query);
        if (!remote) {
          return { kind: 'none' };
        }
        await resolve({ query, remote, facts }, deps);
        const token = await getToken({ query, facts, requester, fresh: refused.has(refusedKey(facts)) }, deps);
        refused.delete(refusedKey(facts));
        return { kind: 'token', token, facts };
      } catch (error) {
        if (!isAzureCredentialsError(error)) {
          throw error;
        }
        return { kind: 'failed', error, facts };
      }
    },
    async erase(query, secret) {
      const remote = readAzureReposRemote(query);
      if (!remote) {
        return {};
      }
      const organization = remote.organization ?? deps.openOrganization();
      const facts = organization === undefined ? {} : { organization };
      refused.add(refusedKey(facts));
      if (secret !== undefined) {
        deps.tokens.clear({ token: secret });
      }
      if (organization !== undefined) {
        await deps.tenants.forget(organization);
      }
      return facts;
    },
  };
}

function refusedKey(facts: GitCredentialFacts): string {
  return facts.organization ?? '';
}

/** Fills in organization, tenant and account, in this order, so that a failure can tell what was known. */
async function resolve(
  { query, remote, facts }: { query: GitCredentialQuery; remote: AzureReposRemote; facts: GitCredentialFacts },
  deps: GitCredentialsDeps,
): Promise<void> {
  const organization = remote.organization ?? deps.openOrganization();
  const challenges = parseWwwAuthenticate((query.challenges ?? []).join(', '));
  const claims = claimsOfChallenges(challenges);
  Object.assign(facts, organization && { organization }, claims && { claims });
  const tenant = await findTenant(organization, tenantOfChallenges(challenges), deps.tenants);
  Object.assign(facts, tenant && { tenant });
  const accounts = await deps.tokens.getAccounts();
  const { account, reason } = chooseAccount({ accounts, organization, tenant, user: remote.user }, deps);
  facts.account = account;
  facts.accountReason = reason;
}

/** What the server said a moment ago goes before what is remembered. */
async function findTenant(
  organization: string | undefined,
  challenged: string | undefined,
  tenants: OrganizationTenants,
): Promise<OrganizationTenant> {
  if (organization === undefined) {
    return challenged === zeroGuid ? 'personal' : challenged;
  }
  if (challenged !== undefined && challenged !== zeroGuid) {
    await tenants.remember(organization, challenged);
    return challenged;
  }
  return tenants.find(organization);
}

async function getToken(
  request: { query: GitCredentialQuery; facts: GitCredentialFacts; requester: Requester; fresh: boolean },
  { tokens }: GitCredentialsDeps,
): Promise<AccessToken> {
  const { query, facts, requester } = request;
  const token = await tokens.getToken(
    {
      resource: azureDevOpsResource,
      ...(facts.account && { account: facts.account.id }),
      ...(facts.tenant !== undefined && facts.tenant !== 'personal' && { tenantId: facts.tenant }),
      ...(facts.claims !== undefined && { claims: facts.claims }),
      forceRefresh: request.fresh,
      interactive: false,
      ...(query.signal && { signal: query.signal }),
    },
    requester,
  );
  const entry = tokens.activity().findLast((activity) => activity.requester === requester);
  if (entry) {
    facts.source = entry.fromCache ? 'cache' : 'entra';
  }
  return token;
}
