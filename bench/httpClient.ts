import type { TokenCredentialOptions } from '@azure/identity';

type HttpClient = NonNullable<TokenCredentialOptions['httpClient']>;
type PipelineHeaders = Awaited<ReturnType<HttpClient['sendRequest']>>['headers'];

/** Lets @azure/identity send its requests through a given `fetch`. */
export function createHttpClient(through: typeof fetch): HttpClient {
  return {
    async sendRequest(request) {
      const response = await through(request.url, {
        method: request.method,
        headers: request.headers.toJSON(),
        ...(typeof request.body === 'string' ? { body: request.body } : {}),
      });
      return {
        request,
        status: response.status,
        headers: headersOf(request.headers, response.headers),
        bodyAsText: await response.text(),
      };
    },
  };
}

/** Of their own class, as the request's are: the package that exports it is not a dependency of this project. */
function headersOf(example: PipelineHeaders, headers: Headers): PipelineHeaders {
  return Reflect.construct((example as object).constructor, [Object.fromEntries(headers)]) as PipelineHeaders;
}
