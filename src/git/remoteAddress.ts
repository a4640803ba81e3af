import { type AzureReposRemote, readAzureReposRemote } from './azureReposRemote.ts';

/** What an address in `git remote -v` is, for an organization to be found in it and for a person to be told about it. */
export type RemoteAddress =
  | { readonly kind: 'other' }
  | {
      readonly kind: 'https';
      readonly remote: AzureReposRemote;
      /** The address without user name and password. */
      readonly plainUrl: string;
      /** True when a password (as a rule a personal access token) stands in the address. */
      readonly hasPassword: boolean;
    }
  | { readonly kind: 'http'; readonly httpsUrl: string }
  | { readonly kind: 'ssh'; readonly organization: string; readonly httpsUrl: string };

/**
 * Reads the address of a remote. Its password, if it has one, is not part of the answer.
 *
 * The ssh forms are `git@ssh.dev.azure.com:v3/{org}/{project}/{repo}` and
 * `{org}@vs-ssh.visualstudio.com:v3/{org}/{project}/{repo}`, both also as `ssh://` URLs.
 */
export function readRemoteAddress(address: string): RemoteAddress {
  const ssh = sshPath(address);
  if (ssh) {
    const [organization = '', project = '', repository = ''] = ssh;
    return {
      kind: 'ssh',
      organization: organization.toLowerCase(),
      httpsUrl: httpsForm(organization, project, repository),
    };
  }
  const url = parseUrl(address);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return { kind: 'other' };
  }
  return webAddress(url);
}

function webAddress(url: URL): RemoteAddress {
  const username = decode(url.username);
  const remote = readAzureReposRemote({
    protocol: 'https',
    host: url.host,
    path: decode(url.pathname.slice(1)),
    ...(username && { username }),
  });
  if (!remote) {
    return { kind: 'other' };
  }
  const plainUrl = `https://${url.host}${url.pathname}`;
  return url.protocol === 'http:'
    ? { kind: 'http', httpsUrl: plainUrl }
    : { kind: 'https', remote, plainUrl, hasPassword: url.password !== '' };
}

function sshPath(address: string): readonly string[] | undefined {
  const match =
    /^(?:ssh:\/\/)?[^@/\s]+@(?:ssh\.dev\.azure\.com|vs-ssh\.visualstudio\.com)(?::22)?[:/]v3\/([^/\s]+)\/([^/]+)\/([^/]+?)\/?$/i.exec(
      address,
    );
  return match?.slice(1);
}

/** The https address of a repository, with the names already percent-encoded or not. */
function httpsForm(organization: string, project: string, repository: string): string {
  const [org, proj, repo] = [organization, project, repository].map((part) => encodeURIComponent(decode(part)));
  return `https://dev.azure.com/${org}/${proj}/_git/${repo}`;
}

function parseUrl(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
