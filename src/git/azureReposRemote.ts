import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';

/** A remote that Azure Repos serves over https. */
export interface AzureReposRemote {
  /** Which of the two host forms it has. */
  readonly form: 'dev.azure.com' | 'visualstudio.com';
  /** Lower case. Undefined when neither host, path nor user name tell it. */
  readonly organization?: string;
  /** The person meant by the URL's user name, where that is not just the organization's name. */
  readonly user?: string;
}

/** The application id of Azure DevOps, which is the only resource that its git server takes tokens for. */
export const azureDevOpsResource = '499b84ac-1321-427f-aa17-267ca6975798';

/** Organization names: English letters, digits and hyphens, at most 50, no hyphen at either end. */
const organizationName = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/;

/** The default port is the same origin; any other port is another server. */
const devAzureCom = /^dev\.azure\.com(?::443)?$/;
const visualStudioCom = /^([a-z0-9-]+)\.visualstudio\.com(?::443)?$/;

/**
 * Decides whether a request is for Azure Repos. Hosts are matched whole: a look-alike would be given a token.
 *
 * Upper case is accepted, since host names have no case and git connects to the same server. Anything that is not ASCII
 * and any `xn--` label is another host.
 *
 * @returns `undefined` for every other host, so that git asks its next helper.
 * @throws AzureCredentialsError `unsupported_remote` for an Azure Repos host that must not be given a token: not https, or
 * with a dot at its end. Git takes the latter for the host without the dot, so only a reason helps the person further.
 */
export function readAzureReposRemote(request: {
  readonly protocol: string;
  readonly host: string;
  readonly path?: string;
  readonly username?: string;
}): AzureReposRemote | undefined {
  const written = lowerCaseAscii(request.host);
  const host = written?.replace(/\.(?=$|:443$)/, '');
  const label = host === undefined ? null : visualStudioCom.exec(host);
  const isDevAzure = host !== undefined && devAzureCom.test(host);
  if (!isDevAzure && (!label || !isOrganizationName(label[1]))) {
    return;
  }
  if (request.protocol !== 'https') {
    throw new AzureCredentialsError('unsupported_remote', phrase`Azure DevOps is only given a token over https.`, {
      advice: phrase`Change the address of the remote to one that begins with https:// (git remote set-url).`,
    });
  }
  if (host !== written) {
    throw new AzureCredentialsError(
      'unsupported_remote',
      phrase`The host in the address of the remote ends with a dot.`,
      {
        advice: phrase`Change the address to one without that dot (git remote set-url).`,
      },
    );
  }
  return isDevAzure ? devAzureRemote(request) : visualStudioRemote(request, label?.[1] ?? '');
}

function devAzureRemote(request: { readonly path?: string; readonly username?: string }): AzureReposRemote {
  const [first = ''] = (request.path ?? '').split('/');
  const { username } = request;
  // With a path, the organization is its first segment or nothing: the user name may be a person's.
  const name = request.path === undefined ? (username ?? '') : first;
  const organization = isOrganizationName(name) ? name.toLowerCase() : undefined;
  return {
    form: 'dev.azure.com',
    ...(organization && { organization }),
    ...(username && username.toLowerCase() !== organization && { user: username }),
  };
}

function visualStudioRemote(request: { readonly username?: string }, organization: string): AzureReposRemote {
  const { username } = request;
  return {
    form: 'visualstudio.com',
    organization,
    ...(username && username.toLowerCase() !== organization && { user: username }),
  };
}

/** True for a name that an organization of Azure DevOps can have. */
export function isOrganizationName(name: string | undefined): name is string {
  return name !== undefined && organizationName.test(name) && !name.toLowerCase().startsWith('xn--');
}

/** Only then is lower-casing harmless: U+212A would turn into a k. */
function lowerCaseAscii(text: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(text) ? text.toLowerCase() : undefined;
}
