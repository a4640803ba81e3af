import type { CloudName } from './cloud.ts';
import { type Phrase, phrase, type Text } from './phrase.ts';
import type { CatalogueEntry, KnownCloud } from './resourceCatalogue.ts';
import { findHostRule, findServiceHost, type HostRule } from './resourceHosts.ts';
import {
  type CatalogueMatch,
  cloudTitles,
  findById,
  findByUri,
  findNamedEntry,
  nameEntry,
  namesOf,
} from './resources.ts';
import { invalidResource, isGuid, quote } from './resourceText.ts';

/** Entra allows 255 characters in an application id URI; a little more does no harm. */
const maximumLength = 512;

/**
 * Brings one resource, as a person or a program writes it, into the form that Entra wants. Applying it twice changes nothing.
 *
 * What the catalogue knows gets the catalogue's form. Everything else stays as it was written, also the slash at its end,
 * because that decides the token's `aud`.
 *
 * @param text trimmed, without `/.default`
 * @throws AzureCredentialsError `resource_invalid`
 */
export function canonicalResource(text: string, cloud: CloudName): string {
  checkText(text);
  if (isGuid(text)) {
    return text.toLowerCase();
  }
  if (/^api:\/\//i.test(text)) {
    return apiResource(text);
  }
  if (/^https:\/\//i.test(text)) {
    return httpsResource(text, cloud);
  }
  return namedResource(text, cloud);
}

function checkText(text: string): void {
  if (text === '') {
    throw invalidResource(phrase`No resource is named.`, phrase`Name a resource, such as https://storage.azure.com.`);
  }
  if (text.length > maximumLength) {
    throw invalidResource(
      phrase`A resource of ${text.length} characters is too long.`,
      phrase`Give the resource's URI or application id only: at most ${maximumLength} characters.`,
    );
  }
  if (!/^[\x20-\x7e]+$/.test(text) || /["'<>\\^`{|}]/.test(text)) {
    throw invalidResource(
      phrase`The resource has characters that no resource has.`,
      phrase`Use letters, digits and the punctuation of a URI; write international names in their ASCII form (xn--…).`,
    );
  }
}

/** `api://…`: the application's own URI. Entra compares it as written, apart from a GUID's case. */
function apiResource(text: string): string {
  const rest = text.slice('api://'.length);
  if (!/^[^\s/?#@]+(?:\/[^\s?#@]*)?$/.test(rest) || hasDotSegment(rest)) {
    throw invalidResource(
      phrase`${quote(text)} is not an application id URI.`,
      phrase`Use the "Application ID URI" that the app registration shows under "Expose an API".`,
    );
  }
  const [first = '', ...path] = rest.split('/');
  return `api://${[isGuid(first) ? first.toLowerCase() : first, ...path].join('/')}`;
}

function httpsResource(text: string, cloud: CloudName): string {
  const parts = /^https:\/\/([^/?#\s]+)(\/[^?#\s]*)?$/i.exec(text);
  const authority = parts?.[1] ?? '';
  const path = parts?.[2] ?? '';
  if (authority.includes('@')) {
    throw invalidResource(
      phrase`The resource holds a user name or password.`,
      phrase`Leave out everything up to the "@". A password that was typed here should be changed.`,
    );
  }
  const host = parts === null ? undefined : canonicalHost(authority);
  if (host === undefined || hasDotSegment(path)) {
    throw invalidResource(
      phrase`${quote(text)} is not a resource.`,
      phrase`A resource is https://, a host name and, for few, a path: no query, no fragment, no spaces.`,
    );
  }
  const uri = `https://${host}${path}`;
  const match = findByUri(uri);
  return match === undefined ? unlistedResource({ uri, host, path }, cloud) : listedResource(match, cloud);
}

/** Lower case, without the port that https has anyway; undefined when it is no host. */
function canonicalHost(authority: string): string | undefined {
  if (!/^[a-z0-9._-]+(?::\d{1,5})?$/i.test(authority)) {
    return undefined;
  }
  const host = URL.parse(`https://${authority}/`)?.host;
  return host?.includes('..') || host?.startsWith('.') ? undefined : host;
}

function listedResource(match: CatalogueMatch, cloud: CloudName): string {
  checkCloud({ entry: match.entry, clouds: match.clouds, asked: match.resource }, cloud);
  return match.resource;
}

interface Unlisted {
  readonly uri: string;
  readonly host: string;
  readonly path: string;
}

/** A host that the catalogue does not list: an account's own, an address that is no resource, or somebody's own API. */
function unlistedResource({ uri, host, path }: Unlisted, cloud: CloudName): string {
  const service = findByUri(`https://${host}`);
  const rule = findHostRule(host);
  const isServiceRoot = service !== undefined && path !== '' && path !== '/';
  if (isServiceRoot) {
    checkCloud({ entry: service.entry, clouds: service.clouds, asked: service.resource }, cloud);
    throw addressNotResource(uri, service.entry, cloud);
  }
  const owner = findById(findServiceHost(host) ?? rule?.entryId ?? '');
  if (owner === undefined) {
    return uri;
  }
  if (rule !== undefined) {
    checkCloud({ entry: owner, clouds: [rule.cloud], asked: uri }, cloud);
  }
  if (!takesTokensItself(rule) || (path !== '' && path !== '/')) {
    throw addressNotResource(uri, owner, cloud, takesTokensItself(rule) ? `https://${host}` : undefined);
  }
  return uri;
}

function takesTokensItself(rule: HostRule | undefined): boolean {
  return rule?.isResource === true;
}

function addressNotResource(uri: string, entry: CatalogueEntry, cloud: CloudName, also?: string) {
  const right = nameEntry(entry, cloud)?.resource ?? entry.applicationId;
  const choices = [right, also].filter((choice) => choice !== undefined).map(quote);
  return invalidResource(
    phrase`${quote(uri)} is an address of ${entry.name}, not a resource that Entra issues tokens for.`,
    choices.length === 0 ? phrase`Ask for the resource of the service.` : askFor(choices),
  );
}

function askFor([first = '', second]: readonly Text[]): Phrase {
  return second === undefined ? phrase`Ask for ${first}.` : phrase`Ask for ${first} or ${second}.`;
}

/** Refuses what clearly belongs to another cloud. In a custom cloud nothing is known to be wrong. */
function checkCloud(
  found: { readonly entry: CatalogueEntry; readonly clouds: readonly KnownCloud[]; readonly asked: string },
  cloud: CloudName,
): void {
  const here = nameEntry(found.entry, cloud);
  const [elsewhere] = found.clouds;
  if (cloud === 'custom' || elsewhere === undefined || found.clouds.includes(namesOf(cloud))) {
    return;
  }
  if (here === undefined && elsewhere === 'public') {
    // No name is documented for this cloud; several services have the same everywhere. Entra decides.
    return;
  }
  throw invalidResource(
    phrase`${quote(found.asked)} is ${found.entry.name} in ${cloudTitles[elsewhere]}, but sign-in is to ${cloudTitles[cloud]}.`,
    here === undefined
      ? phrase`Change the cloud in the settings to use it.`
      : phrase`Ask for ${quote(here.resource)}, or change the cloud in the settings.`,
  );
}

/** A name (`storage`, `Key Vault`), or a listed host without its scheme. */
function namedResource(text: string, cloud: CloudName): string {
  if (/^http:/i.test(text)) {
    throw invalidResource(
      phrase`${quote(text)} is not a resource: it begins with http.`,
      phrase`Begin it with https:// instead.`,
    );
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw invalidResource(
      phrase`${quote(text)} is not a resource: its scheme is not known to Entra.`,
      phrase`A resource begins with https:// or api://, or is an application id (GUID).`,
    );
  }
  const listed = findByUri(`https://${text}`);
  if (listed !== undefined) {
    return listedResource(listed, cloud);
  }
  const entry = /^[\w ().-]+$/.test(text) ? findNamedEntry(text) : undefined;
  const named = entry === undefined ? undefined : nameEntry(entry, cloud);
  if (named !== undefined) {
    return named.resource;
  }
  if (entry !== undefined) {
    throw invalidResource(
      phrase`No resource is known for ${entry.name} in ${cloudTitles[cloud]}.`,
      phrase`Give its URI or application id.`,
    );
  }
  throw invalidResource(
    phrase`${quote(text)} is not a resource.`,
    /^[^\s/]+\.[^\s]+$/.test(text)
      ? phrase`Begin it with https:// if it is a URI.`
      : phrase`Give a URI such as https://storage.azure.com, an application id (GUID), api://…, or a name such as "storage".`,
  );
}

function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}
