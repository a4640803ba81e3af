import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type AzureData, findUser, objectIdIn } from '../data.ts';
import { hostOf, send, urlOf } from '../messages.ts';
import type { CreateStandIn } from '../standIn.ts';
import type { AzureState } from '../state.ts';
import { TokenRejected, type VerifiedClaims } from '../verifyToken.ts';
import { loadOrganizations, type Organization } from './organizations.ts';
import { Repositories, type RepositoryPath } from './repositories.ts';

const audience = ['499b84ac-1321-427f-aa17-267ca6975798'];
const zeroTenant = '00000000-0000-0000-0000-000000000000';
const legacyHost = /^([a-z0-9-]+)\.visualstudio\.com$/;

/**
 * Azure DevOps as git sees it: `https://dev.azure.com/{organization}/{project}/_git/{repository}` and
 * `https://{organization}.visualstudio.com/[DefaultCollection/]{project}/_git/{repository}`.
 *
 * A token is taken as a Bearer credential or as the password of a Basic one. Its audience must be Azure DevOps, its tenant
 * the organization's, and it must not have ended.
 */
export const createDevOps: CreateStandIn = (state) => {
  const organizations = loadOrganizations();
  let repositories: Repositories | undefined;
  return {
    name: 'Azure DevOps',
    matches: (host) => host === 'dev.azure.com' || legacyHost.test(host),
    start: async ({ scratch }) => {
      repositories = new Repositories(join(scratch, 'devops'));
    },
    handle: async (request, response) => {
      const { name, path } = locate(request);
      const organization = organizations.find((candidate) => candidate.name === name);
      if (!organization) {
        return send(response, { status: 404, body: 'The resource cannot be found.' });
      }
      const tenant = tenantId(organization, state.data);
      if (path.length === 0) {
        return send(response, {
          status: organization.discovery === 'redirect' ? 302 : 401,
          headers: discovery(organization, tenant),
        });
      }
      const claims = await authenticate(request, state);
      if (!claims || (tenant !== zeroTenant && claims.tid !== tenant)) {
        return send(response, { status: 401, headers: { ...challenges(tenant), 'x-vss-resourcetenant': tenant } });
      }
      const user = nameOf(claims);
      state.requests.note(request, { tenant: claims.tid, ...(user && { user }) });
      await serve({ organization, path, claims, state, repositories }, request, response);
    },
  };
};

interface Visit {
  readonly organization: Organization;
  readonly path: readonly string[];
  readonly claims: VerifiedClaims;
  readonly state: AzureState;
  readonly repositories: Repositories | undefined;
}

async function serve(visit: Visit, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const repository = repositoryOf(visit.organization, visit.path);
  if (!repository || !isMember(visit)) {
    return send(response, {
      status: 404,
      body: 'TF401019: The Git repository does not exist or you do not have permissions for the operation you are attempting.',
    });
  }
  await visit.repositories?.serve(repository, request, response);
}

/** Splits organization and path, decoded. */
function locate(request: IncomingMessage): { readonly name: string | undefined; readonly path: readonly string[] } {
  const segments = urlOf(request).pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const legacy = legacyHost.exec(hostOf(request))?.[1];
  if (legacy === undefined) {
    return { name: segments[0]?.toLowerCase(), path: segments.slice(1) };
  }
  return { name: legacy, path: segments[0] === 'DefaultCollection' ? segments.slice(1) : segments };
}

/** `{project}/_git/{repository}/…`; the project may be left out where it is named like the repository. */
function repositoryOf(organization: Organization, path: readonly string[]): RepositoryPath | undefined {
  const marker = path.indexOf('_git');
  const repository = path[marker + 1]?.normalize();
  const project = (marker === 0 ? repository : path[0])?.normalize();
  if (marker === -1 || marker > 1 || repository === undefined || project === undefined) {
    return;
  }
  const known = organization.projects[project]?.includes(repository);
  const rest = path
    .slice(marker + 2)
    .map((segment) => `/${segment}`)
    .join('');
  return known ? { organization: organization.name, project, repository, rest } : undefined;
}

async function authenticate(request: IncomingMessage, state: AzureState): Promise<VerifiedClaims | undefined> {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ', 2);
  const token = scheme.toLowerCase() === 'basic' ? basicPassword(credentials) : credentials;
  try {
    return token === undefined ? undefined : await state.verifyToken(token, { audience });
  } catch (error) {
    if (error instanceof TokenRejected) {
      return;
    }
    throw error;
  }
}

/** Azure DevOps wants some user name, and none with a colon in it: the rest of it would be part of the password. */
function basicPassword(credentials: string): string | undefined {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : text.slice(colon + 1);
}

function isMember({ organization, claims, state }: Visit): boolean {
  const name = nameOf(claims);
  if (organization.members) {
    return name !== undefined && organization.members.includes(name);
  }
  const user = name === undefined ? undefined : findUser(state.data, name);
  const tenant = state.data.tenants.find(({ id }) => id === claims.tid);
  return user === undefined || (tenant !== undefined && objectIdIn(tenant, user) !== undefined);
}

function nameOf(claims: VerifiedClaims): string | undefined {
  return claims.upn ?? claims.unique_name ?? claims.preferred_username;
}

function tenantId(organization: Organization, data: AzureData): string {
  return data.tenants.find(({ domain }) => domain === organization.tenant)?.id ?? zeroTenant;
}

function challenges(tenant: string): OutgoingHttpHeaders {
  return {
    'www-authenticate': [
      `Bearer authorization_uri=https://login.microsoftonline.com/${tenant}`,
      'Basic realm="https://tfsprodcus1.visualstudio.com/"',
      'TFS-Federated',
    ],
  };
}

function discovery(organization: Organization, tenant: string): OutgoingHttpHeaders {
  return organization.discovery === 'challenge'
    ? challenges(tenant)
    : { location: 'https://spsprodcus1.vssps.visualstudio.com/_signin', 'x-vss-resourcetenant': tenant };
}
