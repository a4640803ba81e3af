/**
 * The address at which VS Code's server shows a folder, with extensions under development.
 * @param {{
 *   authority: string,
 *   folder?: string | undefined,
 *   workspaceFile?: string | undefined,
 *   extensionDevelopmentPaths?: readonly string[],
 *   extensionTestsPath?: string | undefined,
 *   connectionToken?: string | undefined,
 * }} window absolute paths
 */
export function editorAddress(window) {
  const { authority } = window;
  const remote = (/** @type {string} */ path) => new URL(path, `vscode-remote://${authority}`).href;
  const payload = [
    ...(window.extensionDevelopmentPaths ?? []).map((path) => ['extensionDevelopmentPath', remote(path)]),
    ...(window.extensionTestsPath === undefined ? [] : [['extensionTestsPath', remote(window.extensionTestsPath)]]),
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const address = new URL(`http://${authority}/`);
  if (window.connectionToken !== undefined) {
    address.searchParams.set('tkn', window.connectionToken);
  }
  if (window.workspaceFile !== undefined) {
    address.searchParams.set('workspace', window.workspaceFile);
  } else if (window.folder !== undefined) {
    address.searchParams.set('folder', window.folder);
  } else {
    address.searchParams.set('ew', 'true');
  }
  address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}
