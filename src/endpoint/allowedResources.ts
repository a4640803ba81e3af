import { canonicalResource } from '../tokens/canonicalResource.ts';
import type { CloudName } from '../tokens/cloud.ts';
import { findByApplicationId, findByUri } from '../tokens/resources.ts';

/**
 * May programs have this resource?
 *
 * Each list narrows the ones before it: the person's settings first, then the workspace's. An empty list narrows nothing.
 * Names of one and the same service are equal (its URIs, its application id). An entry that is no resource allows nothing,
 * so that a slip in the list closes rather than opens.
 *
 * @param resource canonical
 */
export function isResourceAllowed(resource: string, lists: readonly (readonly string[])[], cloud: CloudName): boolean {
  return lists.every((list) => list.length === 0 || list.some((entry) => isSameResource(entry, resource, cloud)));
}

function isSameResource(entry: string, resource: string, cloud: CloudName): boolean {
  let allowed: string;
  try {
    allowed = canonicalResource(entry.trim().replace(/\/\.default$/i, ''), cloud);
  } catch {
    return false;
  }
  return allowed === resource || (serviceOf(allowed) !== undefined && serviceOf(allowed) === serviceOf(resource));
}

function serviceOf(resource: string): string | undefined {
  return (findByUri(resource)?.entry ?? findByApplicationId(resource))?.id;
}
