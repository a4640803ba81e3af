/** Directory roles by their template id, the ones that people ask about. Source: Microsoft Learn, "Microsoft Entra built-in roles". */
const names: Readonly<Record<string, string>> = {
  '62e90394-69f5-4237-9190-012177145e10': 'Global Administrator',
  'f2ef992c-3afb-46b9-b7cf-a126ee74c451': 'Global Reader',
  '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3': 'Application Administrator',
  '158c047a-c907-4556-b7ef-446551a6b5f7': 'Cloud Application Administrator',
  'cf1c38e5-3621-4004-a7cb-879624dced7c': 'Application Developer',
  'fe930be7-5e62-47db-91af-98c3a49a38b1': 'User Administrator',
  '194ae4cb-b126-40b2-bd5b-6091b380977d': 'Security Administrator',
  '5d6b6bb7-de71-4623-b4af-96380a352509': 'Security Reader',
  'b79fbf4d-3ef9-4689-8143-76b194e85509': 'no role (every member has this)',
};

/** Names of directory roles that a `wids` claim holds, as far as they are known. Role names are not translated. */
export function roleNames(wids: unknown): string {
  const ids = (Array.isArray(wids) ? wids : []).filter((id) => typeof id === 'string');
  const known = ids.map((id) => id.toLowerCase()).flatMap((id) => (Object.hasOwn(names, id) ? [names[id]] : []));
  return known.length === 0 ? '' : `${known.join(', ')}.`;
}
