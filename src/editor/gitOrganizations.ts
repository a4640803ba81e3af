import { readRemoteAddress } from '../git/remoteAddress.ts';
import type { GitApi, GitRepository } from './gitExtension.ts';

/** Organizations of Azure DevOps that the open repositories have remotes of, those of the selected repositories first. */
export function openOrganizations(api: GitApi | undefined): readonly string[] {
  const repositories = [...(api?.repositories ?? [])].sort((a, b) => Number(b.ui.selected) - Number(a.ui.selected));
  return [...new Set(repositories.flatMap(organizationsOf))];
}

/** The one organization that can be meant when an address names none. Undefined when there are several. */
export function onlyOrganization(api: GitApi | undefined): string | undefined {
  const [only, ...others] = openOrganizations(api);
  return others.length === 0 ? only : undefined;
}

function organizationsOf({ state }: GitRepository): string[] {
  return state.remotes.flatMap(({ fetchUrl, pushUrl }) =>
    [fetchUrl, pushUrl].flatMap((url) => (url === undefined ? [] : (organizationOf(url) ?? []))),
  );
}

/** An ssh remote names an organization too, of which another remote may be used over https. */
function organizationOf(url: string): string | undefined {
  const address = readRemoteAddress(url);
  switch (address.kind) {
    case 'https':
      return address.remote.organization;
    case 'ssh':
      return address.organization;
    default:
      return undefined;
  }
}
