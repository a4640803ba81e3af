import { Agent, request as httpsRequest } from 'node:https';

/** A way through a proxy. */
export interface ProxyRoute {
  readonly proxyUrl: string;
  /** PEM of the authority to trust. */
  readonly authorityCertificate: string;
}

/** A `fetch` that goes through a proxy and trusts a test authority, without changing the process it runs in. */
export interface ProxyFetch extends Disposable {
  readonly fetch: typeof fetch;
}

/** Makes a `fetch` for https addresses. Redirects are not followed unless `redirect: 'follow'` is said. */
export function createProxyFetch({ proxyUrl, authorityCertificate }: ProxyRoute): ProxyFetch {
  const agent = new Agent({
    ca: authorityCertificate,
    keepAlive: true,
    proxyEnv: { HTTPS_PROXY: proxyUrl, NO_PROXY: 'localhost,127.0.0.1,[::1]' },
  });
  const proxied = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
    const response = await exchange(agent, request, body);
    const location = response.headers.get('location');
    if (init?.redirect === 'follow' && location && response.status >= 300 && response.status < 400) {
      return proxied(new URL(location, request.url), {
        redirect: 'follow',
        headers: withoutBodyHeaders(request.headers),
      });
    }
    return response;
  };
  return { fetch: proxied as typeof fetch, [Symbol.dispose]: () => agent.destroy() };
}

function exchange(agent: Agent, request: Request, body: Buffer | undefined): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(request.headers);
    const lengths = body ? { 'content-length': body.length } : {};
    const onward = httpsRequest(
      request.url,
      { agent, method: request.method, headers: { ...headers, ...lengths }, signal: request.signal },
      (answer) => {
        answer.toArray().then((chunks: Buffer[]) => {
          const status = answer.statusCode ?? 500;
          const content = status === 204 || status === 304 || request.method === 'HEAD' ? null : Buffer.concat(chunks);
          const answered = new Headers();
          for (let index = 0; index < answer.rawHeaders.length; index += 2) {
            answered.append(answer.rawHeaders[index] ?? '', answer.rawHeaders[index + 1] ?? '');
          }
          resolve(new Response(content, { status, statusText: answer.statusMessage ?? '', headers: answered }));
        }, fail);
      },
    );
    const fail = (cause: unknown): void => {
      reject(request.signal.aborted ? request.signal.reason : new TypeError('fetch failed', { cause }));
    };
    onward.once('error', fail);
    onward.end(body);
  });
}

function withoutBodyHeaders(headers: Headers): Headers {
  const kept = new Headers(headers);
  kept.delete('content-type');
  kept.delete('content-length');
  return kept;
}
