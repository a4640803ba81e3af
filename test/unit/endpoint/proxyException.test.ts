import assert from 'node:assert/strict';
import { proxyException } from '../../../src/endpoint/proxyException.ts';

const proxy = 'http://proxy.contoso.com:8080';

describe('proxy exception of the local token endpoint', () => {
  const cases: readonly (readonly [string, NodeJS.ProcessEnv, Record<string, string>])[] = [
    ['is not needed without a proxy', {}, {}],
    ['is not needed for a proxy of https alone', { HTTPS_PROXY: proxy }, {}],
    [
      'keeps plain http on loopback away from a proxy',
      { http_proxy: proxy },
      { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    ],
    [
      'is added to the exceptions that are there',
      { HTTP_PROXY: proxy, NO_PROXY: 'localhost,.contoso.com' },
      { NO_PROXY: 'localhost,.contoso.com,127.0.0.1', no_proxy: 'localhost,.contoso.com,127.0.0.1' },
    ],
    ['is not needed when it is there', { HTTP_PROXY: proxy, NO_PROXY: 'a, 127.0.0.1', no_proxy: '127.0.0.1' }, {}],
    [
      'is needed when only half of the programs know it',
      { ALL_PROXY: proxy, NO_PROXY: '127.0.0.1' },
      {
        NO_PROXY: '127.0.0.1',
        no_proxy: '127.0.0.1',
      },
    ],
  ];
  for (const [title, environment, expected] of cases) {
    it(title, () => assert.deepEqual(proxyException(environment), expected));
  }
});
