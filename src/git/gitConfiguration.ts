/**
 * A git configuration file that makes a command the only credential helper of Azure Repos, and of nothing else.
 *
 * The empty `helper` ends the list of the user's own helpers for these hosts, so that none of them opens a window first.
 * `useHttpPath` sends us the path, which holds the organization.
 *
 * @param command for sh, to which git adds the action
 */
export function helperConfiguration(command: string): string {
  return ['https://dev.azure.com', 'https://*.visualstudio.com']
    .map(
      (url) =>
        `[credential "${url}"]\n\thelper =\n\thelper = ${quoteForConfiguration(`!${command}`)}\n\tuseHttpPath = true\n`,
    )
    .join('');
}

/** See git-config, "Values": inside double quotes only these need a backslash. */
function quoteForConfiguration(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** Variables of the `GIT_CONFIG_COUNT` family (git-config, "ENVIRONMENT"), as they are to be set. */
export type ConfigurationVariables = Readonly<Record<string, string>>;

/**
 * The variables that add one `include.path` to those an environment has already. Nobody's entry is overwritten, but one
 * that includes a file of ours (VS Code was started from a terminal of VS Code) is replaced.
 *
 * One entry, and never an empty value: the editor drops empty variables, and a missing one makes every git command fail.
 *
 * @returns undefined when the count is no number: git refuses to run with it, and what we add would not help
 */
export function includeVariables(
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
  isOurs: (path: string) => boolean,
): ConfigurationVariables | undefined {
  const text = environment['GIT_CONFIG_COUNT'] ?? '';
  if (!/^\d{0,4}$/.test(text)) {
    return;
  }
  const count = Number(text);
  const own = Array.from({ length: count }, (_, index) => index).find(
    (index) =>
      environment[`GIT_CONFIG_KEY_${index}`] === 'include.path' &&
      isOurs(environment[`GIT_CONFIG_VALUE_${index}`] ?? ''),
  );
  const index = own ?? count;
  return {
    GIT_CONFIG_COUNT: String(Math.max(count, index + 1)),
    [`GIT_CONFIG_KEY_${index}`]: 'include.path',
    [`GIT_CONFIG_VALUE_${index}`]: file,
  };
}
