import { html, readForm, redirect, send, urlOf } from './messages.ts';
import type { CreateStandIn } from './standIn.ts';

const editorSchemes = /^(vscode|vscode-insiders|code-oss):$/;

/**
 * vscode.dev, to which the editor's built-in Microsoft provider has the answer of a sign-in sent: it passes the answer on to
 * the editor that `state` names (microsoft/vscode `extensions/microsoft-authentication/src/common/loopbackClientAndOpener.ts`
 * sets `state` to the editor's callback address and waits there for a query with the `code`). Entra brings the answer as a
 * query, or as a form since the provider asks for `form_post` (microsoft/vscode pull request 325175).
 */
export const createVscodeDev: CreateStandIn = () => ({
  name: 'vscode.dev',
  matches: (host) => host === 'vscode.dev' || host === 'insiders.vscode.dev',
  handle: async (request, response) => {
    const { pathname, searchParams } = urlOf(request);
    const parameters = request.method === 'POST' ? await readForm(request) : searchParams;
    const state = parameters.get('state') ?? '';
    const target = pathname === '/redirect' && URL.canParse(state) ? new URL(state) : undefined;
    if (!(target && isEditor(target))) {
      return send(
        response,
        html(404, '<!DOCTYPE html><title>Not found</title><h1>There is no editor to go back to.</h1>'),
      );
    }
    for (const [name, value] of parameters) {
      if (name !== 'state') {
        target.searchParams.append(name, value);
      }
    }
    send(response, redirect(target.href));
  },
});

function isEditor(target: URL): boolean {
  const isLoopback = target.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(target.hostname);
  return isLoopback || editorSchemes.test(target.protocol);
}
