import type { CloudName } from './cloud.ts';
import type { Text } from './phrase.ts';
import { type CatalogueEntry, type KnownCloud, resourceCatalogue } from './resourceCatalogue.ts';
import { findHostRule } from './resourceHosts.ts';

/** A resource as a person picks it. */
export interface NamedResource {
  /** Short name that {@link findNamedEntry} knows. */
  readonly id: string;
  readonly name: string;
  /** Canonical resource in the cloud that was asked about: a URI, or an application id where there is no URI. */
  readonly resource: string;
  readonly applicationId?: string;
  readonly description: Text;
}

/** Where a URI was found in the catalogue. */
export interface CatalogueMatch {
  readonly entry: CatalogueEntry;
  /** Clouds that know this very URI. */
  readonly clouds: readonly KnownCloud[];
  /** The URI as Entra wants it: with or without the slash at its end. */
  readonly resource: string;
}

const knownClouds = ['public', 'usGovernment', 'china'] as const satisfies readonly KnownCloud[];

/** What people call each cloud. */
export const cloudTitles: { readonly [cloud in CloudName]: string } = {
  public: 'the public Azure cloud',
  usGovernment: 'Azure US Government',
  china: 'Azure operated by 21Vianet (China)',
  custom: 'the custom cloud',
};

/** The cloud whose resource names hold: a custom cloud has its own authority and public names. */
export function namesOf(cloud: CloudName): KnownCloud {
  return cloud === 'custom' ? 'public' : cloud;
}

/** The services of one cloud, those that people use most first. */
export function listResources(cloud: CloudName): readonly NamedResource[] {
  return resourceCatalogue.flatMap((entry) => {
    const named = nameEntry(entry, cloud);
    return named === undefined ? [] : [named];
  });
}

/** One service in one cloud; undefined when no name is documented for it there. */
export function nameEntry(entry: CatalogueEntry, cloud: CloudName): NamedResource | undefined {
  const resource = entry.resources[namesOf(cloud)]?.[0];
  if (resource === undefined) {
    return undefined;
  }
  const { id, name, description, applicationId } = entry;
  return { id, name, resource, description, ...(applicationId === undefined ? {} : { applicationId }) };
}

/** Finds a service by its URI in any cloud, with or without a slash at the end, in any case. */
export function findByUri(uri: string): CatalogueMatch | undefined {
  return matches.get(withoutSlash(uri.toLowerCase()));
}

/** Finds a service by the name that the catalogue gives it. */
export function findById(id: string): CatalogueEntry | undefined {
  return entries.get(id);
}

/** Finds a service by its application id (GUID, any case). */
export function findByApplicationId(applicationId: string): CatalogueEntry | undefined {
  const wanted = applicationId.toLowerCase();
  return resourceCatalogue.find((entry) => entry.applicationId === wanted);
}

/** Finds a service by a name that a person may type: `storage`, `Key Vault`, `vault.azure.net`. Exact, never the nearest. */
export function findNamedEntry(text: string): CatalogueEntry | undefined {
  const wanted = plainName(text);
  return resourceCatalogue.find(
    (entry) =>
      wanted !== '' && (entry.id === wanted || entry.aliases.includes(wanted) || plainName(entry.name) === wanted),
  );
}

/** What people call a resource, in any cloud: `https://storage.azure.com/` is "Azure Storage". The resource itself when unknown. */
export function resourceName(resource: string): string {
  const text = resource.trim().replace(/\/\.default$/i, '');
  const entry = findByUri(text)?.entry ?? findByApplicationId(text);
  if (entry !== undefined) {
    return entry.name;
  }
  const host = /^https:\/\/([^/?#@]+)\/?$/i.exec(text)?.[1]?.toLowerCase();
  const rule = host === undefined ? undefined : findHostRule(host);
  const owner = rule === undefined ? undefined : findById(rule.entryId);
  return owner === undefined || host === undefined ? resource : `${owner.name} (${host.split('.')[0]})`;
}

function withoutSlash(uri: string): string {
  return uri.endsWith('/') ? uri.slice(0, -1) : uri;
}

function plainName(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The catalogue by id, and by each URI without its slash. */
const entries = new Map(resourceCatalogue.map((entry) => [entry.id, entry]));
const matches = indexByUri(resourceCatalogue);

function indexByUri(catalogue: readonly CatalogueEntry[]): ReadonlyMap<string, CatalogueMatch> {
  const index = new Map<string, CatalogueMatch>();
  for (const entry of catalogue) {
    for (const cloud of knownClouds) {
      for (const resource of entry.resources[cloud] ?? []) {
        const uri = withoutSlash(resource);
        const known = index.get(uri);
        const clouds = known === undefined ? [cloud] : [...known.clouds, cloud];
        index.set(uri, { resource, entry, ...known, clouds });
      }
    }
  }
  return index;
}
