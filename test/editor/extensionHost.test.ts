import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

const extensionId = 'delegated-credentials.azure-delegated-credentials';

describe('the extension in an extension host', () => {
  it('is found by the editor under its published id', () => {
    assert.ok(vscode.extensions.getExtension(extensionId));
  });

  it('runs in a version of VS Code that its manifest asks for', () => {
    const wanted: string = vscode.extensions.getExtension(extensionId)?.packageJSON.engines.vscode;
    const [, wantedMinor] = wanted.replace('^', '').split('.').map(Number);
    const [major, minor] = vscode.version.split('.').map(Number);
    assert.equal(major, 1);
    assert.ok(Number(minor) >= Number(wantedMinor), `VS Code ${vscode.version} is older than ${wanted}`);
  });

  it('sees the folder that the window shows', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
  });
});
