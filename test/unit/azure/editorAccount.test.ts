import assert from 'node:assert/strict';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { ada, authorizeUrl, createPkce, storageScope } from './samples.ts';
import { postToken } from './tokenClient.ts';

const editorClient = 'aebc6443-996d-45c2-90f0-388ff96faa56';
const redirect = 'https://vscode.dev/redirect';

describe('local Azure: what the editor’s built-in Microsoft provider needs', () => {
  let azure: LocalAzure;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());

  it('passes the answer of a sign-in from vscode.dev on to the editor, whose code is then good', async () => {
    const { verifier, challenge } = createPkce();
    const callback = 'http://127.0.0.1:49153/callback?vscode-reqid=1&vscode-scheme=code-oss';
    const url = authorizeUrl({
      client_id: editorClient,
      redirect_uri: redirect,
      state: callback,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const sentTo = await azure.control.authorize(url, { username: ada });
    assert.ok(sentTo.startsWith(redirect));
    const answer = await azure.fetch(sentTo, { redirect: 'manual' });
    const target = new URL(answer.headers.get('location') ?? '');
    assert.ok(target.href.startsWith(callback));
    const { status, body } = await postToken(azure, {
      grant_type: 'authorization_code',
      client_id: editorClient,
      code: target.searchParams.get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: redirect,
      scope: storageScope,
    });
    assert.deepEqual([status, body['foci']], [200, '1']);
  });

  it('passes an answer that comes as a form on as well', async () => {
    const state = 'http://127.0.0.1:49153/callback?vscode-reqid=1&vscode-scheme=code-oss';
    const body = new URLSearchParams({ code: 'c', state });
    const answer = await azure.fetch(redirect, { method: 'POST', body, redirect: 'manual' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, `${state}&code=c`]);
  });

  it('passes nothing on to anything but an editor', async () => {
    for (const state of ['https://evil.example/', 'javascript:alert(1)', '']) {
      const response = await azure.fetch(`${redirect}?${new URLSearchParams({ code: 'c', state })}`, {
        redirect: 'manual',
      });
      assert.equal(response.status, 404, state);
    }
  });
});
