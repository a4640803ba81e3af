/** What reading and writing below one path of Microsoft Graph needs, the least permission first. */
interface GraphRule {
  /** Matched against the path behind the version. */
  readonly path: RegExp;
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** Source: "Permissions" of the methods in the Microsoft Graph REST API reference, for work and school accounts. */
const rules: readonly GraphRule[] = [
  rule(/^\/me\/(?:messages|mailfolders)/, ['Mail.ReadBasic', 'Mail.Read', 'Mail.ReadWrite'], ['Mail.ReadWrite']),
  rule(/^\/me\/sendmail/, ['Mail.Send'], ['Mail.Send']),
  rule(
    /^\/me\/(?:events|calendars?|calendarview)/,
    ['Calendars.ReadBasic', 'Calendars.Read', 'Calendars.ReadWrite'],
    ['Calendars.ReadWrite'],
  ),
  rule(
    /^\/(?:me\/)?drives?(?:\/|$)/,
    ['Files.Read', 'Files.ReadWrite', 'Files.Read.All', 'Files.ReadWrite.All'],
    ['Files.ReadWrite', 'Files.ReadWrite.All'],
  ),
  rule(/^\/me\/(?:memberof|transitivememberof)/, ['User.Read', 'GroupMember.Read.All', 'Directory.Read.All'], []),
  rule(/^\/me(?:\/|$)/, ['User.Read', 'User.ReadWrite', 'User.Read.All', 'User.ReadWrite.All'], ['User.ReadWrite']),
  rule(
    /^\/users(?:\/|$)/,
    ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'],
    ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  ),
  rule(
    /^\/groups\/[^/]+\/members/,
    ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All'],
    ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All'],
  ),
  rule(
    /^\/groups(?:\/|$)/,
    ['GroupMember.Read.All', 'Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All'],
    ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  ),
  rule(
    /^\/(?:applications|serviceprincipals)(?:\/|\(|$)/,
    ['Application.Read.All', 'Application.ReadWrite.All', 'Directory.Read.All'],
    ['Application.ReadWrite.All'],
  ),
  rule(/^\/sites(?:\/|$)/, ['Sites.Read.All', 'Sites.ReadWrite.All'], ['Sites.ReadWrite.All']),
  rule(/^\/organization(?:\/|$)/, ['Organization.Read.All', 'Directory.Read.All'], ['Organization.ReadWrite.All']),
  rule(/^\/auditlogs(?:\/|$)/, ['AuditLog.Read.All'], []),
  rule(
    /^\/(?:directoryroles|rolemanagement)(?:\/|$)/,
    ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', 'Directory.Read.All'],
    ['RoleManagement.ReadWrite.Directory'],
  ),
  rule(/^\/devices(?:\/|$)/, ['Device.Read.All', 'Directory.Read.All'], ['Directory.AccessAsUser.All']),
];

/**
 * Delegated permissions any one of which allows a request to Microsoft Graph, as far as its path tells.
 * @returns an empty list for a path that is not known here
 */
export function graphPermissions(method: string, path: string): readonly string[] {
  const below = path.toLowerCase().replace(/^\/(?:v1\.0|beta)(?=\/|$)/, '');
  const found = rules.find((one) => one.path.test(below));
  const isRead = method === 'GET' || method === 'HEAD';
  return (isRead ? found?.read : found?.write) ?? [];
}

function rule(path: RegExp, read: readonly string[], write: readonly string[]): GraphRule {
  return { path, read, write };
}
