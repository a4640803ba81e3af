import { readFileSync } from 'node:fs';

/** An organization of Azure DevOps. */
export interface Organization {
  readonly name: string;
  /** Domain of the tenant that it trusts; null when Microsoft accounts back it. */
  readonly tenant: string | null;
  /** User names of those who may come in; everyone of the tenant, its guests included, when absent. */
  readonly members?: readonly string[];
  /** Repositories by project. */
  readonly projects: Readonly<Record<string, readonly string[]>>;
  /** How it tells its tenant to those it does not know. */
  readonly discovery: 'redirect' | 'challenge';
}

/** Reads the organizations that the stand-in starts with. */
export function loadOrganizations(): readonly Organization[] {
  return JSON.parse(readFileSync(new URL('./organizations.json', import.meta.url), 'utf8')) as readonly Organization[];
}
